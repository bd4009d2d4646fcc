/** The table of `bench:preference`: each model by the number of tests that it learned from, and the placebo. */
import { type CountedText, measuredTexts } from '../../src/domain/preference/measured-text.js';
import { ofLastTests, testIds } from './data.js';
import { type Judgement, judge, judgedGroups, sizeOf } from './judge.js';
import { type Competitor, shuffledAcrossTests } from './models.js';

export interface PreferenceOptions {
  learned: readonly CountedText[];
  judged: readonly CountedText[];
  competitors: readonly Competitor[];
  /** Models that learn the placebo too, from all tests. */
  placebo: readonly Competitor[];
  sizes: readonly number[];
  placebos: number;
  note(sentence: string): void;
}

export interface PreferenceReport {
  judged_by: { tests: number; significant_pairs: number; groups: number };
  /** By model and by the most recent tests that it learned from. */
  models: Record<string, Record<string, Judgement>>;
  /** Outcomes shuffled across tests. */
  placebo: Record<string, Judgement[]>;
}

export function preferenceReport(options: PreferenceOptions): PreferenceReport {
  const { learned, judged, competitors, sizes, note } = options;
  const groups = judgedGroups(judged);
  const texts = [...new Set(groups.flatMap((group) => group.texts.map(({ text }) => text)))];
  const all = testIds(learned).length;
  const judgeOne = (one: Competitor, rows: ReturnType<typeof measuredTexts>) => {
    const scores = one.learn(rows)(texts);
    const byText = new Map(texts.map((text, i) => [text, scores[i]!]));
    return judge(groups, (text) => byText.get(text)!);
  };
  const models = competitors.map((one) => {
    const found: Record<string, Judgement> = {};
    for (const size of [...sizes.filter((count) => count < all), all]) {
      const result = judgeOne(one, measuredTexts(ofLastTests(learned, size)));
      found[size === all ? `all ${all}` : String(size)] = result;
      note(`${one.name}, ${size} tests: ${result.accuracy_pct} % / ${result.lift_pct} %`);
    }
    return [one.name, found] as const;
  });
  const placebo = options.placebo.map((one) => {
    const results = Array.from({ length: options.placebos }, (_, i) =>
      judgeOne(one, shuffledAcrossTests(learned, String(i))),
    );
    for (const { accuracy_pct, lift_pct } of results) {
      note(`${one.name}, placebo: ${accuracy_pct} % / ${lift_pct} %`);
    }
    return [one.name, results] as const;
  });
  return {
    judged_by: sizeOf(groups),
    models: Object.fromEntries(models),
    placebo: Object.fromEntries(placebo),
  };
}
