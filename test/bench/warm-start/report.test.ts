import { describe, expect, it } from 'vitest';
import { warmStartRows } from '../../../bench/warm-start/report.js';
import { learnForeign } from '../../../src/domain/preference/foreign.js';
import { measuredTexts } from '../../../src/domain/preference/measured-text.js';
import { countedTests, layersOf, RECIPE } from '../../domain/preference/support/world.js';

// A short form of `npm run -s bench:warm-start`, in a made-up world.
describe('a team with few tests', () => {
  const archive = measuredTexts(countedTests(200, 'archive'));
  const [none, few, more] = warmStartRows({
    own: countedTests(80, 'own'),
    recipe: RECIPE,
    layersOf,
    foreign: {
      ...learnForeign(archive, RECIPE.parts[0]!, layersOf),
      ...{ id: 'archive', learnedFrom: 'a made-up archive' },
    },
    sizes: [0, 4, 40],
    draws: 3,
    note: () => {},
  });

  it('knows nothing before its first test unless something was learned elsewhere', () => {
    expect(none).toMatchObject({
      own_tests: 0,
      cold: { accuracy_pct: 50, lift_pct: 0 },
      foreign_weight: 0.4,
    });
    expect(none!.warm.accuracy_pct).toBeGreaterThan(85);
  });

  it('catches up as its tests finish, and lets them move the weight', () => {
    expect(few!.warm.accuracy_pct).toBeGreaterThan(few!.cold.accuracy_pct + 5);
    expect(more!.cold.accuracy_pct).toBeGreaterThan(few!.cold.accuracy_pct);
    expect(more!.warm.accuracy_pct).toBeGreaterThan(more!.cold.accuracy_pct - 2);
    expect(more!.foreign_weight).toBeGreaterThan(0.6);
  });
});
