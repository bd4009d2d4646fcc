import { describe, expect, it } from 'vitest';
import { ledgerOf, type Promotion, promotionOfWinner } from '../../src/contract/records.js';

describe('a rollout on record', () => {
  const rollout = (drops?: string) => ({ plan: { ...(drops && { drops }) } }) as Promotion;

  it('is a promotion unless it drops an ad', () => {
    expect(promotionOfWinner(null)).toBeNull();
    expect(promotionOfWinner(rollout())).toEqual(rollout());
    expect(promotionOfWinner(rollout('c2'))).toBeNull();
  });

  it('owns the rows of the ledger after those of earlier drops', () => {
    const rows = [1, 2, 3].map((sequence) => ({ sequence }));
    expect(ledgerOf({}, rows)).toEqual(rows);
    expect(ledgerOf({ ledgerAfter: 2 }, rows)).toEqual([{ sequence: 3 }]);
  });
});
