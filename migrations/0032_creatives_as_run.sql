-- What the ads of a test showed when it began.

-- A picture is stored once, however many ads showed it.
create table auto_promotion.pictures (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  -- SHA-256 of the bytes, hex.
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  type text not null check (type in ('image/png', 'image/jpeg', 'image/webp', 'image/gif')),
  bytes bytea not null check (length(bytes) > 0),
  primary key (environment, account_id, hash)
);

create trigger pictures_immutable before update or delete or truncate on auto_promotion.pictures
  for each statement execute function auto_promotion.forbid_change();

create table auto_promotion.variant_creatives (
  environment text not null,
  account_id text not null,
  experiment_id text not null,
  variant_id text not null,
  read_at timestamptz not null,
  creative jsonb not null check (jsonb_typeof(creative) = 'object'),
  -- Null: the ad has no picture, or it could not be read.
  picture_hash text,
  primary key (environment, account_id, experiment_id, variant_id),
  foreign key (environment, account_id, experiment_id, variant_id) references auto_promotion.ab_test_variants,
  foreign key (environment, account_id, picture_hash) references auto_promotion.pictures
);

create trigger variant_creatives_immutable before update or delete or truncate on auto_promotion.variant_creatives
  for each statement execute function auto_promotion.forbid_change();

-- How often its creative was tried to be read, and when it is tried next (null: at once). A test from before this table has no
-- number: what its ads showed when it began can no longer be read.
alter table auto_promotion.ab_test_variants
  add column creative_tries integer check (creative_tries >= 0),
  add column creative_due_at timestamptz;
alter table auto_promotion.ab_test_variants alter column creative_tries set default 0;

create index ab_test_variants_creative_unread on auto_promotion.ab_test_variants (environment, account_id)
  where creative_tries is not null;
