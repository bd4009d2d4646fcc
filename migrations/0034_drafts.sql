-- Drafts that were proposed for a brief, and what asking Claude for them cost.

create table auto_promotion.draft_sets (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  set_id text not null check (set_id <> ''),
  brief jsonb not null check (jsonb_typeof(brief) = 'object'),
  -- Drafts, what was left out, and the forecast, as they were proposed.
  content jsonb not null check (jsonb_typeof(content) = 'object'),
  source text not null check (source in ('claude', 'offline')),
  asked_by text not null check (asked_by <> ''),
  made_at timestamptz not null,
  primary key (environment, account_id, set_id)
);

create index draft_sets_by_time on auto_promotion.draft_sets (environment, account_id, made_at desc, set_id);

-- One row per question that was sent, entered before it is sent. Instants are real time, because Claude is paid in real months.
create table auto_promotion.draft_questions (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  -- The set that it was asked for; a set that was never made has none.
  set_id text not null check (set_id <> ''),
  model text not null,
  prompt_version text not null,
  sent_at timestamptz not null,
  -- What it may cost at most, millionths of a US dollar. It counts until the cost is known.
  reserved_micros bigint not null check (reserved_micros >= 0),
  -- `answered`, or why there is no answer that can be used; null while unknown.
  outcome text,
  http_status integer,
  input_tokens integer check (input_tokens >= 0),
  output_tokens integer check (output_tokens >= 0),
  cost_micros bigint check (cost_micros >= 0),
  -- The text of the answer as it came, without secrets of the service.
  response text,
  settled_at timestamptz,
  primary key (environment, account_id, set_id),
  check ((outcome is null) = (settled_at is null))
);

create index draft_questions_by_month on auto_promotion.draft_questions (environment, account_id, sent_at);
