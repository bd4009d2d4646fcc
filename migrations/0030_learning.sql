-- What was learned, what it forecast, and how the forecasts did.

-- Creatives that were proposed. The id is a hash of the creative: the same one twice is one row.
create table auto_promotion.drafts (
  environment text not null,
  account_id text not null,
  draft_id text not null,
  creative jsonb not null check (jsonb_typeof(creative) = 'object'),
  made_at timestamptz not null,
  primary key (environment, account_id, draft_id)
);

-- A variant that a draft became.
alter table auto_promotion.ab_test_variants add column draft_id text;

create table auto_promotion.preference_models (
  environment text not null,
  account_id text not null,
  version integer not null check (version > 0),
  recipe text not null,
  -- Hash of the tests, their figures and the recipe: the same ones give the same model.
  training_hash text not null,
  -- Ids of the encoders whose vectors it reads.
  encoder_ids text[] not null,
  tests integer not null check (tests >= 0),
  texts integer not null check (texts >= 0),
  made_at timestamptz not null,
  figures jsonb not null check (jsonb_typeof(figures) = 'object'),
  -- Kept for the newest versions alone: a forecast is stored with what it said.
  parameters bytea,
  primary key (environment, account_id, version)
);

-- What was forecast of a test before its first look. Never changed.
create table auto_promotion.forecasts (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  -- Null: nothing was learned then.
  model_version integer,
  made_at timestamptz not null,
  forecast jsonb not null check (jsonb_typeof(forecast) = 'object'),
  primary key (environment, account_id, experiment_id),
  foreign key (environment, account_id, experiment_id)
    references auto_promotion.ab_tests (environment, account_id, experiment_id)
);

create trigger forecasts_immutable before update or delete or truncate on auto_promotion.forecasts
  for each statement execute function auto_promotion.forbid_change();

-- How a forecast did when its test had ended. Never changed.
create table auto_promotion.forecast_scores (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  scored_at timestamptz not null,
  -- Null: the test measured too little to compare its ads.
  score jsonb check (jsonb_typeof(score) = 'object'),
  primary key (environment, account_id, experiment_id),
  foreign key (environment, account_id, experiment_id)
    references auto_promotion.forecasts (environment, account_id, experiment_id)
);

create trigger forecast_scores_immutable before update or delete or truncate on auto_promotion.forecast_scores
  for each statement execute function auto_promotion.forbid_change();
