-- What the service tells users in Slack, Discord or a program of theirs. A message is entered in the transaction that
-- enters what it reports, so none is lost and none is entered twice.

create table auto_promotion.messages (
  environment text not null,
  account_id text not null,
  sequence bigint generated always as identity,
  -- Null if it is about the account.
  experiment_id text,
  kind text not null,
  at timestamptz not null,
  content jsonb not null check (jsonb_typeof(content) = 'object'),
  primary key (environment, account_id, sequence),
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests
);

create trigger messages_immutable before update or delete or truncate on auto_promotion.messages
  for each statement execute function auto_promotion.forbid_change();

-- One row per hook that wants the message.
create table auto_promotion.message_deliveries (
  environment text not null,
  account_id text not null,
  hook text not null,
  sequence bigint not null,
  -- `failed`: the hook refused this message for good.
  state text not null check (state in ('pending', 'sent', 'failed')),
  attempts integer not null check (attempts >= 0),
  last_error text,
  sent_at timestamptz,
  primary key (environment, account_id, hook, sequence),
  foreign key (environment, account_id, sequence) references auto_promotion.messages,
  check ((sent_at is not null) = (state = 'sent'))
);

create index message_deliveries_pending on auto_promotion.message_deliveries (environment, account_id, hook, sequence)
  where state = 'pending';

-- How a hook did. Its address is a secret and isn't kept.
create table auto_promotion.notification_hooks (
  environment text not null,
  account_id text not null,
  hook text not null,
  -- A part of the address's SHA-256: another address ends the state of being dead.
  address_mark text not null,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  -- Set as long as no message is sent to it.
  dead_since timestamptz,
  dead_reason text,
  primary key (environment, account_id, hook),
  check ((dead_since is null) = (dead_reason is null)),
  check ((last_failure_at is null) = (last_failure is null))
);
