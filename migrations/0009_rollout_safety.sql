-- What keeps money from going adrift: the interval behind a promotion, what is at risk, what each gate found, and the
-- account's kill switch.

-- Relative lift of the winner over its rival at the decision, both ends; null where none was known.
alter table auto_promotion.promotions
  add column lift_interval jsonb check (jsonb_typeof(lift_interval) = 'array' and jsonb_array_length(lift_interval) = 2);

-- Minor units a day at the worst end of the interval; null on the way back. `error_kind`: Meta's class of a refusal.
alter table auto_promotion.budget_ledger
  add column at_risk bigint check (at_risk >= 0),
  add column error_kind text;

create or replace function auto_promotion.guard_ledger_row() returns trigger language plpgsql as $$
begin
  if old.outcome in ('applied', 'refused') then
    raise exception 'row % of the ledger of % is % and never changes', old.sequence, old.experiment_id, old.outcome
      using errcode = 'restrict_violation';
  end if;
  if new.outcome = 'pending'
    or (new.environment, new.account_id, new.experiment_id, new.sequence, new.ad_set_id, new.phase, new.before,
        new.intended, new.at, new.compensates, new.at_risk)
      is distinct from
       (old.environment, old.account_id, old.experiment_id, old.sequence, old.ad_set_id, old.phase, old.before,
        old.intended, old.at, old.compensates, old.at_risk)
  then
    raise exception 'row % of the ledger of %: only its outcome can be entered', old.sequence, old.experiment_id
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

-- The envelope asks for the raises of a day over all experiments.
create index budget_ledger_by_instant on auto_promotion.budget_ledger (environment, account_id, at);

create table auto_promotion.rollout_gates (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  entry bigint generated always as identity,
  -- A phase's name, or `verification`.
  phase text not null,
  at timestamptz not null,
  outcome text not null check (outcome in ('pass', 'hold', 'revert')),
  findings jsonb not null check (jsonb_typeof(findings) = 'array'),
  -- By ad set: Meta's learning stage and the last significant edit.
  learning jsonb not null check (jsonb_typeof(learning) = 'object'),
  -- Minor units a day.
  at_risk bigint not null check (at_risk >= 0),
  -- What the phase would set, by ad set; with `shadow` nothing is written.
  budgets jsonb not null check (jsonb_typeof(budgets) = 'object'),
  targets jsonb not null check (jsonb_typeof(targets) = 'object'),
  shadow boolean not null,
  primary key (environment, account_id, experiment_id, entry),
  foreign key (environment, account_id, experiment_id) references auto_promotion.promotions
);

create trigger rollout_gates_immutable before update or delete or truncate on auto_promotion.rollout_gates
  for each statement execute function auto_promotion.forbid_change();

-- Engaged and released, in order; the last entry is how it stands.
create table auto_promotion.kill_switch_events (
  environment text not null,
  account_id text not null,
  entry bigint generated always as identity,
  engaged boolean not null,
  asked_by text not null,
  reason text not null,
  at timestamptz not null,
  primary key (environment, account_id, entry)
);

create trigger kill_switch_events_immutable before update or delete or truncate on auto_promotion.kill_switch_events
  for each statement execute function auto_promotion.forbid_change();
