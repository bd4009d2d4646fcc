-- The account's freeze windows, in which no phase begins: each was set, and some were removed. `entry` is given by whoever
-- enters, who has read every entry before it: of two changes at once, one must read again.
create table auto_promotion.freeze_events (
  environment text not null,
  account_id text not null,
  entry integer not null check (entry > 0),
  window_id text not null check (window_id <> ''),
  removed boolean not null,
  name text not null check (name <> ''),
  timezone text not null,
  -- Weekly or dated, as the domain has it.
  times jsonb not null check (times->>'kind' in ('weekly', 'dated')),
  asked_by text not null,
  reason text not null,
  at timestamptz not null,
  control_id text,
  primary key (environment, account_id, entry),
  unique (environment, account_id, window_id, removed)
);

create unique index freeze_events_by_control on auto_promotion.freeze_events (environment, account_id, control_id);

create trigger freeze_events_immutable before update or delete or truncate on auto_promotion.freeze_events
  for each statement execute function auto_promotion.forbid_change();
