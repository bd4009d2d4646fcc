-- What people, and the schedule, asked for.

create table auto_promotion.controls (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  control_id text not null check (control_id <> ''),
  -- Order of entry: two controls may carry one instant.
  entry bigint generated always as identity,
  kind text not null,
  asked_by text not null,
  reason text not null,
  at timestamptz not null,
  outcome text not null check (outcome in ('accepted', 'refused')),
  message text not null,
  primary key (environment, account_id, experiment_id, control_id),
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests
);

create trigger controls_immutable before update or delete or truncate on auto_promotion.controls
  for each statement execute function auto_promotion.forbid_change();
