import { creativeWorld } from './creative-world.js';
import type { MarketCreative, MarketTextWorld } from './types.js';

export const DEFAULT_TEXT_WORLD: MarketTextWorld = {
  effects: 'some',
  unexplained: 0.05,
  baseClickRate: 0.02,
};

/** Hidden click rates that follow from what ads show. */
export class TextRates {
  /** Log rates by text: each quarter of an hour asks again. */
  readonly #known = new Map<string, number>();
  readonly #world: ReturnType<typeof creativeWorld>;

  constructor(
    seed: number,
    readonly options: MarketTextWorld,
  ) {
    this.#world = creativeWorld(seed, options);
  }

  /** Link clicks per impression. `baseClickRate`: of a text without anything special; unset: the world's. */
  rateOf(creative: MarketCreative | null, baseClickRate = this.options.baseClickRate): number {
    if (creative === null) return baseClickRate;
    const { title, body, description } = creative;
    const texts = {
      headline: title,
      body: [body, description].filter(Boolean).join('\n'),
      visualNotes: null,
    };
    const key = `${texts.headline}\n${texts.body}`;
    let shift = this.#known.get(key);
    if (shift === undefined) {
      shift = this.#world(texts);
      this.#known.set(key, shift);
    }
    return Math.min(1, baseClickRate * Math.exp(shift));
  }
}
