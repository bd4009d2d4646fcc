-- What the week after the last phase said of a promotion, once and for all. `theta` is the log rate ratio of the winner
-- over its rival on this data alone; `seen_until` the cut-off of the versions that it can be computed again from.

create table auto_promotion.verifications (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  outcome text not null check (outcome in ('verified', 'not_verified', 'reverted')),
  winner_variant_id text not null,
  rival_variant_id text not null,
  theta double precision not null,
  se double precision not null check (se >= 0),
  df double precision not null check (df >= 0),
  -- Of the relative lift, with 90 % confidence; null where it can't be estimated.
  interval_low double precision,
  interval_high double precision,
  rows integer not null check (rows >= 0),
  days integer not null check (days >= 0),
  winner_events double precision not null check (winner_events >= 0),
  rival_events double precision not null check (rival_events >= 0),
  -- ln E of the winner being worse; null where it isn't behind.
  log_harm double precision,
  message text not null,
  due_at timestamptz not null,
  seen_until timestamptz not null,
  decided_at timestamptz not null,
  primary key (environment, account_id, experiment_id),
  foreign key (environment, account_id, experiment_id) references auto_promotion.promotions,
  foreign key (environment, account_id, experiment_id, winner_variant_id) references auto_promotion.ab_test_variants,
  foreign key (environment, account_id, experiment_id, rival_variant_id) references auto_promotion.ab_test_variants,
  check ((interval_low is null) = (interval_high is null) and interval_low <= interval_high),
  check (outcome <> 'verified' or (interval_low is not null and interval_low > 0))
);

create trigger verifications_immutable before update or delete or truncate on auto_promotion.verifications
  for each statement execute function auto_promotion.forbid_change();
