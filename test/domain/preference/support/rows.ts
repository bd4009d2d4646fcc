import {
  type CountedText,
  type MeasuredText,
  measuredTexts,
} from '../../../../src/domain/preference/measured-text.js';

/** A row of a test with 100 clicks on 10,000 impressions, but for what is given. */
export function counted(row: Partial<CountedText> & { testId: string }): CountedText {
  return { group: 'image', period: '1', text: 'a text', events: 100, trials: 10_000, ...row };
}

/** A row with this log rate and sampling variance. */
export function measured(row: Partial<MeasuredText> & { testId: string }): MeasuredText {
  return { group: 'image', period: '1', text: 'a text', logRate: 0, variance: 0.01, ...row };
}

/** Rows of the same number of texts per test, each test a group. */
export function testsOf(count: number, texts: (test: number) => Partial<CountedText>[]): MeasuredText[] {
  return measuredTexts(
    Array.from({ length: count }, (_, t) =>
      texts(t).map((row, i) => counted({ testId: `t${t}`, text: `text ${t} ${i}`, ...row })),
    ).flat(),
  );
}
