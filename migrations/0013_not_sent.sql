-- An attempt that was entered and then never sent: Meta has seen nothing of it, so that it moved nothing. Like a refusal
-- it never changes.

alter table auto_promotion.budget_ledger
  drop constraint budget_ledger_outcome_check,
  add constraint budget_ledger_outcome_check
    check (outcome in ('pending', 'applied', 'refused', 'not_sent', 'unknown'));

create or replace function auto_promotion.guard_ledger_row() returns trigger language plpgsql as $$
begin
  if old.outcome in ('applied', 'refused', 'not_sent') then
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
