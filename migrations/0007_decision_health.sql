-- What a look saw beside the evidence: delivery and guardrails, Meta's word on the ad sets, and how long it may take.

alter table auto_promotion.decisions
  add column health jsonb not null default '[]' check (jsonb_typeof(health) = 'array'),
  add column outlook jsonb,
  add column setting jsonb;

alter table auto_promotion.decisions drop constraint decisions_verdict_check;
alter table auto_promotion.decisions add constraint decisions_verdict_check
  check (verdict in ('insufficient_data', 'continue_testing', 'held', 'no_winner', 'promote'));

-- When a person took a variant out of the comparison, by variant id. Its ad set stays a part of the test.
alter table auto_promotion.ab_tests
  add column dropped jsonb not null default '{}' check (jsonb_typeof(dropped) = 'object');
