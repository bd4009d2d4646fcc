-- Experiments, their variants and the leases of their ad sets.
-- Every table of this schema carries environment and account: a process touches no others' rows.
-- Instants are experiment time; amounts are minor units of the experiment's currency, by Meta's offsets.

create table auto_promotion.ab_tests (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  experiment_id text not null check (experiment_id <> ''),
  name text not null,
  currency text not null,
  state text not null check (state in (
    'running', 'paused', 'awaiting_approval', 'rolling_out', 'held', 'verifying', 'completed',
    'reverting', 'reverted', 'no_winner', 'stopped', 'needs_attention')),
  state_reason text not null,
  -- The class of a hold, or what a revert ends in.
  state_code text,
  state_changed_at timestamptz not null,
  policy jsonb not null,
  started_at timestamptz not null,
  winner_variant_id text,
  promoted_at timestamptz,
  ended_at timestamptz,
  -- Source of the ledger's sequence: an update of this row gives each attempt its own number.
  last_ledger_sequence integer not null default 0,
  primary key (environment, account_id, experiment_id),
  check ((ended_at is not null) = (state in ('completed', 'reverted', 'no_winner', 'stopped')))
);

create index ab_tests_by_start on auto_promotion.ab_tests (environment, account_id, started_at desc, experiment_id);
create index ab_tests_by_state on auto_promotion.ab_tests (environment, account_id, state);

create table auto_promotion.ab_test_variants (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  variant_id text not null check (variant_id <> ''),
  -- 0 is the control; the order in which the experiment was registered.
  position smallint not null check (position >= 0),
  role text not null check (role in ('control', 'challenger')),
  ad_id text not null,
  ad_set_id text not null,
  hook text,
  headline text,
  primary_text text,
  script text,
  visual_notes text,
  primary key (environment, account_id, experiment_id, variant_id),
  unique (environment, account_id, experiment_id, position),
  unique (environment, account_id, experiment_id, ad_id),
  unique (environment, account_id, experiment_id, ad_set_id),
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests
);

create unique index ab_test_variants_one_control on auto_promotion.ab_test_variants
  (environment, account_id, experiment_id) where role = 'control';

-- Deferred: an experiment is inserted before its variants.
alter table auto_promotion.ab_tests add constraint ab_tests_winner_is_a_variant
  foreign key (environment, account_id, experiment_id, winner_variant_id)
  references auto_promotion.ab_test_variants deferrable initially deferred;

create table auto_promotion.ad_set_leases (
  environment text not null,
  account_id text not null,
  ad_set_id text not null,
  experiment_id text not null,
  primary key (environment, account_id, ad_set_id),
  foreign key (environment, account_id, experiment_id, ad_set_id)
    references auto_promotion.ab_test_variants (environment, account_id, experiment_id, ad_set_id)
);

create index ad_set_leases_by_experiment on auto_promotion.ad_set_leases (environment, account_id, experiment_id);
