-- The one rollout of an experiment, and one row for each attempt to write a budget.

create table auto_promotion.promotions (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  winner_variant_id text not null,
  look_number integer not null check (look_number >= 0),
  forced boolean not null,
  asked_by text not null,
  reason text not null,
  status text not null check (status in ('in_progress', 'completed', 'reverted', 'needs_attention', 'stopped', 'shadow')),
  -- Holds the base: stored before the first write, what every revert goes back to.
  plan jsonb not null check (plan ? 'base'),
  confidence double precision not null check (confidence between 0 and 1),
  theta double precision not null,
  se double precision not null check (se >= 0),
  metrics jsonb not null,
  opened_at timestamptz not null,
  -- Read-back instant of each complete phase by its name, epoch ms.
  phases_done jsonb not null check (jsonb_typeof(phases_done) = 'object'),
  primary key (environment, account_id, experiment_id),
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests,
  foreign key (environment, account_id, experiment_id, winner_variant_id) references auto_promotion.ab_test_variants
);

create index promotions_by_opening on auto_promotion.promotions (environment, account_id, opened_at desc);

create table auto_promotion.budget_ledger (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  sequence integer not null check (sequence >= 1),
  ad_set_id text not null,
  phase text not null,
  before bigint not null check (before >= 0),
  intended bigint not null check (intended >= 0),
  read_back bigint check (read_back >= 0),
  outcome text not null check (outcome in ('pending', 'applied', 'refused', 'unknown')),
  error text,
  at timestamptz not null,
  settled_at timestamptz,
  compensates integer,
  primary key (environment, account_id, experiment_id, sequence),
  foreign key (environment, account_id, experiment_id, ad_set_id)
    references auto_promotion.ab_test_variants (environment, account_id, experiment_id, ad_set_id),
  foreign key (environment, account_id, experiment_id, compensates) references auto_promotion.budget_ledger,
  check ((outcome = 'pending') = (settled_at is null)),
  check (outcome <> 'applied' or read_back = intended),
  check (compensates < sequence)
);

create function auto_promotion.guard_ledger_row() returns trigger language plpgsql as $$
begin
  if old.outcome in ('applied', 'refused') then
    raise exception 'row % of the ledger of % is % and never changes', old.sequence, old.experiment_id, old.outcome
      using errcode = 'restrict_violation';
  end if;
  if new.outcome = 'pending'
    or (new.environment, new.account_id, new.experiment_id, new.sequence, new.ad_set_id, new.phase, new.before,
        new.intended, new.at, new.compensates)
      is distinct from
       (old.environment, old.account_id, old.experiment_id, old.sequence, old.ad_set_id, old.phase, old.before,
        old.intended, old.at, old.compensates)
  then
    raise exception 'row % of the ledger of %: only its outcome can be entered', old.sequence, old.experiment_id
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create trigger budget_ledger_outcome_only before update on auto_promotion.budget_ledger
  for each row execute function auto_promotion.guard_ledger_row();
create trigger budget_ledger_kept before delete or truncate on auto_promotion.budget_ledger
  for each statement execute function auto_promotion.forbid_change();
