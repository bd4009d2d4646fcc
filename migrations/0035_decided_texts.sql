-- The texts of decided tests, which is what a change of the encoder has to encode again.
create table auto_promotion.decided_texts (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  -- SHA-256 of the text, hex.
  text_hash text not null check (text_hash ~ '^[0-9a-f]{64}$'),
  primary key (environment, account_id, text_hash)
);
