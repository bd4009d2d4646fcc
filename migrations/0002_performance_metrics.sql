-- What each variant did in each bucket, as versions: Meta restates its numbers for days, and a decision must be
-- computable again from what was known at its cut-off.

create function auto_promotion.forbid_change() returns trigger language plpgsql as $$
begin
  raise exception '% of auto_promotion.% is forbidden: its rows are immutable', tg_op, tg_table_name
    using errcode = 'restrict_violation';
end
$$;

create table auto_promotion.performance_metrics (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  variant_id text not null,
  ad_id text not null,
  granularity text not null check (granularity in ('hour', 'day')),
  bucket_start timestamptz not null,
  seen_at timestamptz not null,
  impressions bigint not null check (impressions >= 0),
  clicks bigint not null check (clicks >= 0),
  link_clicks bigint not null check (link_clicks >= 0),
  spend bigint not null check (spend >= 0),
  conversions bigint not null check (conversions >= 0),
  revenue bigint not null,
  primary key (environment, account_id, experiment_id, variant_id, granularity, bucket_start, seen_at),
  foreign key (environment, account_id, experiment_id, variant_id) references auto_promotion.ab_test_variants
);

create index performance_metrics_by_bucket on auto_promotion.performance_metrics
  (environment, account_id, experiment_id, bucket_start);

create trigger performance_metrics_immutable before update or delete or truncate on auto_promotion.performance_metrics
  for each statement execute function auto_promotion.forbid_change();
