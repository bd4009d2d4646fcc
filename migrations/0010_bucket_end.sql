-- When a bucket has ended can't be told from its start: a day of the account has 23 to 25 hours. A look counts what had
-- ended by its cut-off, and must be computable again without asking Meta for the time zone.

alter table auto_promotion.performance_metrics add column bucket_end timestamptz;

-- The rows' figures stay as they were; until now every row was an hour.
alter table auto_promotion.performance_metrics disable trigger performance_metrics_immutable;
update auto_promotion.performance_metrics
  set bucket_end = bucket_start + case granularity when 'hour' then interval '1 hour' else interval '24 hours' end;
alter table auto_promotion.performance_metrics enable trigger performance_metrics_immutable;

alter table auto_promotion.performance_metrics
  alter column bucket_end set not null,
  add constraint performance_metrics_bucket_end_check check (bucket_end > bucket_start);
