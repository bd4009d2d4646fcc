import { expect, it } from 'vitest';
import { withVisualNotes } from '../../../src/activities/insights/visual-notes.js';
import { anExperiment } from '../../clients/postgres/fixtures.js';

const notesOf = (experiment: ReturnType<typeof anExperiment>) =>
  Object.fromEntries(experiment.variants.map(({ id, creative }) => [id, creative.visualNotes]));

it('what Claude saw counts for variants whose picture the marketer said nothing about', () => {
  const seen = { control: 'Two socks', 'challenger-1': 'A smiling woman' };
  expect(notesOf(withVisualNotes(anExperiment(), seen))).toEqual({
    control: '🙂',
    'challenger-1': 'A smiling woman',
  });
});

it('a variant that Claude saw nothing of stays as it is', () => {
  expect(notesOf(withVisualNotes(anExperiment(), { other: 'A dog' }))).toEqual({
    control: '🙂',
    'challenger-1': null,
  });
  expect(withVisualNotes(anExperiment(), undefined)).toEqual(anExperiment());
});
