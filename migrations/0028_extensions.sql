-- Longer horizons that users asked for, in order; the policy keeps the first one. Each says who, why and when, and after
-- which look, so that a decision can be computed again with the horizon that it had.
alter table auto_promotion.ab_tests
  add column extensions jsonb not null default '[]' check (jsonb_typeof(extensions) = 'array');
