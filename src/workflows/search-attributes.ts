import { defineSearchAttributeKey } from '@temporalio/common';

/** What people list and sort experiments by in the Web UI. Registered at start: an unknown one stops a workflow for ever. */
export const searchAttributes = {
  state: defineSearchAttributeKey('AutoPromotionState', 'KEYWORD'),
  account: defineSearchAttributeKey('AutoPromotionAccount', 'KEYWORD'),
  nextCheck: defineSearchAttributeKey('AutoPromotionNextCheck', 'DATETIME'),
  confidence: defineSearchAttributeKey('AutoPromotionConfidence', 'DOUBLE'),
} as const;

export const SEARCH_ATTRIBUTE_KEYS = Object.values(searchAttributes);
