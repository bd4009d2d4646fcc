-- The drift in the account's other tests, as a look was given it: {tests, sd, memoryHours, logLikelihood}. Null if the
-- version of the rule doesn't allow for drift.

alter table auto_promotion.decisions add column account_drift jsonb check (jsonb_typeof(account_drift) = 'object');
