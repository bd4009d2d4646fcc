-- What is said about why an ad won, how it was found out, and what that cost.

create table auto_promotion.insight_extractions (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  -- 1, 2, 3 … within the experiment.
  number integer not null check (number > 0),
  -- The end of the test, or a user's request: each is entered once.
  request_key text not null check (request_key <> ''),
  requested_by text not null check (requested_by <> ''),
  requested_at timestamptz not null,
  status text not null check (status in ('pending', 'extracted', 'offline', 'failed', 'not_applicable')),
  -- Why it has this status.
  reason jsonb not null check (jsonb_typeof(reason) = 'object'),
  winner_variant_id text,
  loser_variant_id text,
  -- Who answered; null without an answer.
  model text,
  prompt_version text,
  -- Claims that were kept, each with the pattern that it became, and those that were dropped, each with the reason.
  claims jsonb not null default '[]' check (jsonb_typeof(claims) = 'array'),
  dropped jsonb not null default '[]' check (jsonb_typeof(dropped) = 'array'),
  metrics jsonb check (jsonb_typeof(metrics) = 'object'),
  confidence double precision check (confidence between 0 and 1),
  -- By variant id, what Claude saw in the picture.
  visual_notes jsonb not null default '{}' check (jsonb_typeof(visual_notes) = 'object'),
  -- Sentences: texts that were cut, pictures that were left out.
  notes jsonb not null default '[]' check (jsonb_typeof(notes) = 'array'),
  finished_at timestamptz,
  primary key (environment, account_id, experiment_id, number),
  unique (environment, account_id, experiment_id, request_key),
  foreign key (environment, account_id, experiment_id) references auto_promotion.ab_tests,
  check ((status = 'pending') = (finished_at is null)),
  check ((model is null) = (prompt_version is null))
);

-- One extraction of a test at a time.
create unique index insight_extractions_pending on auto_promotion.insight_extractions
  (environment, account_id, experiment_id) where status = 'pending';

-- Tests that won before there was an extraction: nobody pays for them unasked.
insert into auto_promotion.insight_extractions
  (environment, account_id, experiment_id, number, request_key, requested_by, requested_at, status, reason, finished_at)
select environment, account_id, experiment_id, 1, 'before', 'service', ended_at, 'not_applicable',
  '{"code": "ended_before"}', ended_at
from auto_promotion.ab_tests where ended_at is not null and winner_variant_id is not null;

-- One row per question that was sent, entered before it is sent. Instants are real time, because Claude is paid in real months.
create table auto_promotion.claude_calls (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  number integer not null,
  -- With the true labels, or with winner and loser exchanged.
  labels text not null check (labels in ('as_is', 'exchanged')),
  attempt integer not null check (attempt > 0),
  model text not null,
  prompt_version text not null,
  sent_at timestamptz not null,
  -- What it may cost at most, millionths of a US dollar. It counts until the cost is known.
  reserved_micros bigint not null check (reserved_micros >= 0),
  -- `answered`, or why there is no answer that can be used; null while unknown.
  outcome text,
  http_status integer,
  input_tokens integer check (input_tokens >= 0),
  output_tokens integer check (output_tokens >= 0),
  -- Null while unknown.
  cost_micros bigint check (cost_micros >= 0),
  stop_reason text,
  -- The text of the answer as it came, without secrets of the service.
  response text,
  settled_at timestamptz,
  primary key (environment, account_id, experiment_id, number, labels, attempt),
  foreign key (environment, account_id, experiment_id, number) references auto_promotion.insight_extractions,
  check ((outcome is null) = (settled_at is null))
);

-- At most one answer per question is accepted.
create unique index claude_calls_answered on auto_promotion.claude_calls
  (environment, account_id, experiment_id, number, labels) where outcome = 'answered';
create index claude_calls_by_month on auto_promotion.claude_calls (environment, account_id, sent_at);
