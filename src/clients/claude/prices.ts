/** US dollars per million tokens, which is the same figure as millionths of a US dollar per token. */
export interface Price {
  input: number;
  output: number;
}
export type Prices = Readonly<Record<string, Price>>;

/**
 * The list prices that Anthropic's pricing page gives for the tiers Haiku, Sonnet and Opus, without discounts for cached or
 * batched tokens. Prices change: `INSIGHTS_PRICES` replaces and adds to them.
 */
export const LIST_PRICES: Prices = {
  'claude-haiku-5-5': { input: 1, output: 5 },
  'claude-sonnet-5-5': { input: 3, output: 15 },
  'claude-opus-5-5': { input: 5, output: 25 },
};

const FORM = /^([A-Za-z0-9._:/-]{1,100})=(\d{1,5}(?:\.\d{1,4})?)\/(\d{1,5}(?:\.\d{1,4})?)$/;

/** Reads `model=input/output, model=input/output`, as in `my-model=3/15`; null if it has another form. */
export function readPrices(text: string): Prices | null {
  const prices: Record<string, Price> = {};
  for (const part of text.split(',')) {
    const found = FORM.exec(part.trim());
    if (!found) return null;
    prices[found[1]!] = { input: Number(found[2]), output: Number(found[3]) };
  }
  return prices;
}

/** Millionths of a US dollar, rounded up. */
export function costOf({ input, output }: Price, inputTokens: number, outputTokens: number): number {
  return Math.ceil(input * inputTokens + output * outputTokens);
}
