-- In what the ad sets of a test differed at its start, where a person accepted that: who, why, and what.
alter table auto_promotion.ab_tests
  add column accepted_differences jsonb check (jsonb_typeof(accepted_differences) = 'object');
