-- The daily and weekly reports, as they were when they were made.

create table auto_promotion.reports (
  environment text not null,
  account_id text not null,
  -- The kind and the date on which it was made, e.g. `daily-2026-05-12`: one report per kind and date.
  report_id text not null,
  kind text not null check (kind in ('daily', 'weekly')),
  made_at timestamptz not null,
  -- The whole local days that it counts, both included.
  first_day date not null,
  last_day date not null check (last_day >= first_day),
  timezone text not null,
  content jsonb not null check (jsonb_typeof(content) = 'object'),
  text text not null,
  primary key (environment, account_id, report_id)
);

create index reports_by_instant on auto_promotion.reports (environment, account_id, made_at desc, report_id);

create trigger reports_immutable before update or delete or truncate on auto_promotion.reports
  for each statement execute function auto_promotion.forbid_change();
