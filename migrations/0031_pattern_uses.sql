-- The patterns that a draft was made from. A variant made from the draft uses them.
alter table auto_promotion.drafts add column pattern_ids text[] not null default '{}';
