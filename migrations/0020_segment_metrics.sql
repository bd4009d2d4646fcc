-- What each variant did by segment of the audience on whole days of the account, as versions. A table of its own: these
-- rows are about 20 times as many as the days of performance_metrics, and no reader of those may add them up twice.

create table auto_promotion.segment_metrics (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  variant_id text not null,
  ad_id text not null,
  breakdown text not null check (breakdown in ('age_gender', 'placement')),
  segment text not null,
  bucket_start timestamptz not null,
  bucket_end timestamptz not null check (bucket_end > bucket_start),
  seen_at timestamptz not null,
  impressions bigint not null check (impressions >= 0),
  clicks bigint not null check (clicks >= 0),
  link_clicks bigint not null check (link_clicks >= 0),
  spend bigint not null check (spend >= 0),
  conversions bigint not null check (conversions >= 0),
  revenue bigint not null,
  primary key (environment, account_id, experiment_id, variant_id, breakdown, segment, bucket_start, seen_at),
  foreign key (environment, account_id, experiment_id, variant_id) references auto_promotion.ab_test_variants
);

create index segment_metrics_by_bucket on auto_promotion.segment_metrics
  (environment, account_id, experiment_id, bucket_start);

create trigger segment_metrics_immutable before update or delete or truncate on auto_promotion.segment_metrics
  for each statement execute function auto_promotion.forbid_change();
