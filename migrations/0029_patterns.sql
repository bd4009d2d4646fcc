-- Texts in numbers, and patterns with the tests for and against them. Nothing here needs pgvector: where it is installed,
-- every start makes the indexes by meaning that are missing.

-- Each text is encoded once per encoder. Vectors of two encoders are never compared.
create table auto_promotion.text_embeddings (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  encoder_id text not null check (encoder_id <> ''),
  -- SHA-256 of the text, hex.
  text_hash text not null check (text_hash ~ '^[0-9a-f]{64}$'),
  -- Of unit length.
  sentence real[] not null check (array_length(sentence, 1) > 0),
  -- The inner layers one after another, as 32-bit floats, little-endian; null if the encoder has none.
  layers bytea,
  primary key (environment, account_id, encoder_id, text_hash)
);

-- No release has written a row to the table that this one replaces.
drop table if exists auto_promotion.knowledge_base_vectors;

create table auto_promotion.knowledge_base_vectors (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  -- The attribute's id; of a pattern without one, made from its statement.
  content_id text not null check (content_id <> ''),
  -- `measured`: finished tests gave it. `stated`: someone put it in words first.
  kind text not null check (kind in ('measured', 'stated')),
  title text not null check (title <> ''),
  -- The statement.
  content text not null check (content <> ''),
  -- Other statements that say the same: who made them, and when.
  wordings jsonb not null default '[]' check (jsonb_typeof(wordings) = 'array'),
  attribute_id text,
  category text not null check (category in ('hook_writing', 'visual_design', 'best_practice')),
  tags text[] not null default '{}',
  stated_by text,

  -- Over the own tests that vary it: log rate ratios per step; null if nothing can be said.
  tests integer not null default 0 check (tests >= 0),
  effect double precision,
  se double precision,
  df double precision,
  interval_low double precision,
  interval_high double precision,
  p double precision check (p between 0 and 1),
  -- Beside the other attributes; null if fewer tests vary it than a pattern needs.
  q double precision check (q between 0 and 1),
  shrunk_mean double precision,
  shrunk_sd double precision,
  -- What was learned elsewhere, and from what.
  foreign_effect jsonb,
  basis text not null default 'none' check (basis in ('own', 'own_and_foreign', 'foreign', 'none')),

  state text not null default 'candidate' check (state in ('candidate', 'holds', 'contradicted', 'retired')),
  state_reason jsonb not null,
  -- When it was first stated and with which sign. A measured pattern is stated by the fit that first establishes it.
  stated_at timestamptz,
  stated_sign smallint check (stated_sign in (-1, 1)),
  last_passed_at timestamptz,
  -- What tests that began after that say.
  later_result text not null default 'open' check (later_result in ('replicated', 'contradicted', 'open')),
  later_effect jsonb,

  -- Of the statement. Of unit length.
  embedding real[],
  embedder_id text,
  -- Of all its wordings, for search by words.
  words tsvector not null,
  -- Which fit gave the figures; null before the first.
  fit_version text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment, account_id, content_id),
  check ((embedding is null) = (embedder_id is null)),
  check ((effect is null) = (se is null)),
  check ((stated_sign is null) or (stated_at is not null))
);

create unique index knowledge_base_vectors_by_attribute on auto_promotion.knowledge_base_vectors
  (environment, account_id, attribute_id);
-- The order of a list without a search: the most certain first.
create index knowledge_base_vectors_by_certainty on auto_promotion.knowledge_base_vectors
  (environment, account_id, coalesce(q, 2), content_id collate "C");
create index knowledge_base_vectors_by_words on auto_promotion.knowledge_base_vectors using gin (words);

-- What each own test that varies a pattern says about it by itself.
create table auto_promotion.pattern_tests (
  environment text not null,
  account_id text not null,
  content_id text not null,
  experiment_id text not null,
  -- Log rate ratio per step.
  effect double precision not null,
  se double precision not null check (se > 0),
  primary key (environment, account_id, content_id, experiment_id),
  foreign key (environment, account_id, content_id) references auto_promotion.knowledge_base_vectors,
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests
);

-- Variants that were made from a pattern.
create table auto_promotion.pattern_uses (
  environment text not null,
  account_id text not null,
  content_id text not null,
  experiment_id text not null,
  variant_id text not null,
  -- Null until the test has finished.
  won boolean,
  primary key (environment, account_id, content_id, experiment_id, variant_id),
  foreign key (environment, account_id, content_id) references auto_promotion.knowledge_base_vectors,
  foreign key (environment, account_id, experiment_id, variant_id) references auto_promotion.ab_test_variants
);

-- The last fit of the account: a fit of fewer tests that comes late changes nothing.
create table auto_promotion.pattern_fits (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  -- SHA-256 of all that went into it, hex.
  version text not null,
  tests integer not null check (tests >= 0),
  -- The end of its latest test; null without tests.
  as_of timestamptz,
  primary key (environment, account_id)
);
