-- A promotion that moved no budget can be withdrawn, and a person accepts what it puts at risk by ending that hold.

alter table auto_promotion.promotions
  drop constraint promotions_status_check,
  add constraint promotions_status_check
    check (status in ('in_progress', 'completed', 'reverted', 'needs_attention', 'stopped', 'shadow', 'withdrawn')),
  -- Minor units a day: the most that a person accepted by a resume of the hold that named the amount.
  add column accepted_risk bigint check (accepted_risk >= 0);
