-- A beaten ad can be dropped together with its budget. That is a rollout of its own, before the winner's: its plan names the
-- ad in `drops`. Once it is over, its row is kept for its gates and makes room for the next rollout.

alter table auto_promotion.promotions
  drop constraint promotions_status_check,
  add constraint promotions_status_check
    check (status in ('in_progress', 'completed', 'reverted', 'needs_attention', 'stopped', 'shadow', 'withdrawn',
      'dropped')),
  -- The rollout's own rows of the ledger come after this sequence; those up to it belong to earlier drops.
  add column ledger_after integer not null default 0 check (ledger_after >= 0);
