-- A key that a caller sent belongs to one request for good: what was asked, and what was answered.

create table auto_promotion.idempotency_keys (
  environment text not null,
  account_id text not null,
  key text not null check (key <> ''),
  -- Method and path.
  request text not null,
  -- SHA-256 of the body as it was understood.
  body_hash text not null,
  -- An id that the first of equal requests made, so that all of them mean the same thing by it.
  made_id text not null,
  at timestamptz not null,
  -- Null until there is an answer that stands.
  status smallint,
  answer json,
  primary key (environment, account_id, key),
  check ((status is null) = (answer is null))
);

-- A change of the kill switch that is asked for again under its key is entered once.
alter table auto_promotion.kill_switch_events add column control_id text;
create unique index kill_switch_events_by_control
  on auto_promotion.kill_switch_events (environment, account_id, control_id);
