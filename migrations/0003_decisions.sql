-- The verdict at each look, and what the rule left for the next one.

create table auto_promotion.decisions (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  look_number integer not null check (look_number >= 1),
  due_at timestamptz not null,
  seen_until timestamptz not null,
  decided_at timestamptz not null,
  rule text not null,
  rule_version text not null,
  verdict text not null check (verdict in ('insufficient_data', 'continue_testing', 'no_winner', 'promote')),
  winner_variant_id text,
  leader_variant_id text,
  confidence double precision not null check (confidence between 0 and 1),
  pairs jsonb not null check (jsonb_typeof(pairs) = 'array'),
  metrics jsonb not null check (jsonb_typeof(metrics) = 'object'),
  reasons text[] not null,
  input_hash text not null,
  asked_by text not null,
  primary key (environment, account_id, experiment_id, look_number),
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests,
  foreign key (environment, account_id, experiment_id, winner_variant_id) references auto_promotion.ab_test_variants,
  foreign key (environment, account_id, experiment_id, leader_variant_id) references auto_promotion.ab_test_variants,
  check ((winner_variant_id is not null) = (verdict = 'promote'))
);

create trigger decisions_immutable before update or delete or truncate on auto_promotion.decisions
  for each statement execute function auto_promotion.forbid_change();

-- Only the last two looks are kept: they are what the next look, and a repeated one, start from.
create table auto_promotion.rule_states (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  look_number integer not null,
  pair text not null,
  state bytea not null,
  primary key (environment, account_id, experiment_id, look_number, pair),
  foreign key (environment, account_id, experiment_id, look_number) references auto_promotion.decisions
);
