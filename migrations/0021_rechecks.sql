-- The lift of a completed promotion, measured again `recheckDays` after its last write, once and for all. Nothing is decided
-- by it. The figures are those of a verification.

create table auto_promotion.rechecks (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  outcome text not null check (outcome in ('holds', 'faded', 'unclear', 'not_judged')),
  winner_variant_id text not null,
  rival_variant_id text not null,
  theta double precision not null,
  se double precision not null check (se >= 0),
  df double precision not null check (df >= 0),
  -- Of the relative lift, with 90 % confidence; null if it can't be estimated.
  interval_low double precision,
  interval_high double precision,
  rows integer not null check (rows >= 0),
  days integer not null check (days >= 0),
  winner_events double precision not null check (winner_events >= 0),
  rival_events double precision not null check (rival_events >= 0),
  -- [{adSetId, experimentId}]: tests that began on one of the ad sets after the rollout.
  later_tests jsonb not null check (jsonb_typeof(later_tests) = 'array'),
  message text not null,
  -- End of the window.
  due_at timestamptz not null,
  seen_until timestamptz not null,
  decided_at timestamptz not null,
  primary key (environment, account_id, experiment_id),
  foreign key (environment, account_id, experiment_id) references auto_promotion.promotions,
  foreign key (environment, account_id, experiment_id, winner_variant_id) references auto_promotion.ab_test_variants,
  foreign key (environment, account_id, experiment_id, rival_variant_id) references auto_promotion.ab_test_variants,
  check ((interval_low is null) = (interval_high is null) and interval_low <= interval_high),
  check (outcome <> 'holds' or (interval_low is not null and interval_low > 0))
);

create trigger rechecks_immutable before update or delete or truncate on auto_promotion.rechecks
  for each statement execute function auto_promotion.forbid_change();
