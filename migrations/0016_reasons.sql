-- Why an experiment is in its state, and what holds its rollout, are data; the sentence is made when it is read. Rows
-- from before keep their sentence as it was.

alter table auto_promotion.ab_tests
  add column reason jsonb,
  -- What holds a rollout, and when it is tried again; null in any other case.
  add column hold jsonb;

update auto_promotion.ab_tests set
  reason = jsonb_strip_nulls(jsonb_build_object('code', 'recorded', 'detail', state_reason,
    'endsIn', case when state_code = 'stop' then 'stopped' end)),
  hold = case when state = 'held' then jsonb_build_object(
    'code', coalesce(state_code, 'person'),
    'endsItself', coalesce(state_code in
      ('auth', 'rate', 'not_yet', 'transient', 'envelope', 'hour_limit', 'too_old'), false),
    'since', extract(epoch from state_changed_at) * 1000, 'failedAt', extract(epoch from state_changed_at) * 1000,
    'tries', 0, 'tryAt', null, 'silentMs', 0,
    'gateAt', extract(epoch from state_changed_at) * 1000 + 86400000, 'readAt', null) end;

alter table auto_promotion.ab_tests
  alter column reason set not null,
  drop column state_reason,
  drop column state_code;
