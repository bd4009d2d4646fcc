-- What past tests taught. Vectors of different embedders can't be compared: search within one embedder_id.

create extension if not exists vector;

create table auto_promotion.knowledge_base_vectors (
  environment text not null check (environment in ('sandbox', 'live')),
  account_id text not null check (account_id <> ''),
  content_id text not null check (content_id <> ''),
  content_type text not null,
  title text not null,
  content text not null,
  summary text,
  embedding vector(512),
  embedder_id text,
  category text,
  tags text[] not null default '{}',
  confidence_score double precision check (confidence_score between 0 and 1),
  usage_count integer not null default 0 check (usage_count >= 0),
  success_rate double precision check (success_rate between 0 and 1),
  source text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment, account_id, content_id),
  check ((embedding is null) = (embedder_id is null))
);

create index knowledge_base_vectors_by_category on auto_promotion.knowledge_base_vectors
  (environment, account_id, category);
-- Made while the table is empty: building it over thousands of rows would block an embedded database for seconds.
create index knowledge_base_vectors_by_meaning on auto_promotion.knowledge_base_vectors
  using hnsw (embedding vector_cosine_ops);
