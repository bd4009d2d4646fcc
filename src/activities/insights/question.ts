/** Between the record and the question to Claude. */

import type { ClaudeQuestion } from '../../clients/claude/client.js';
import type { InsightsAnswer } from '../../clients/claude/insights-answer.js';
import { cutNote, FIELD_LIMIT, insightsQuestion } from '../../clients/claude/insights-question.js';
import type { Labelling } from '../../contract/insights.js';
import { CLAIM_SIDES } from '../../domain/insights/claim.js';
import { agreedNotes } from '../../domain/insights/seen.js';
import type { Material } from './material.js';

/** Whether each of the two ads has a text or a picture. */
export function isComparable({ fields, pictures }: Material): boolean {
  return CLAIM_SIDES.every((side) => Object.keys(fields[side]).length > 0 || pictures[side] !== null);
}

/** With exchanged labels, only the creatives change places: the figures belong to the label. */
export function questionOf(material: Material, labels: Labelling): ClaudeQuestion {
  const { fields, pictures, metrics } = material;
  const shown = {
    winner: { fields: fields.winner, picture: pictures.winner },
    loser: { fields: fields.loser, picture: pictures.loser },
  };
  const { winner, loser } = labels === 'as_is' ? shown : { winner: shown.loser, loser: shown.winner };
  const { winner_ctr, winner_impressions, loser_ctr, loser_impressions, ...lift } = metrics;
  return insightsQuestion({
    winner: { ...winner, measured: { link_ctr: winner_ctr, impressions: winner_impressions, ...lift } },
    loser: { ...loser, measured: { link_ctr: loser_ctr, impressions: loser_impressions } },
  });
}

/** By variant id, what both answers see in the pictures that were shown; `dropped`: notes on which they differ. */
export function seenOf(
  { winner, loser, pictures }: Material,
  answers: Record<Labelling, InsightsAnswer>,
): { visualNotes: Record<string, string>; dropped: number } {
  const { winner: ofWinner, loser: ofLoser } = answers.as_is.visualNotes;
  const shown = {
    winner: pictures.winner === null ? null : ofWinner,
    loser: pictures.loser === null ? null : ofLoser,
  };
  const { agreed, dropped } = agreedNotes(shown, answers.exchanged.visualNotes);
  const of = (note: string | null, id: string) => (note === null ? [] : [[id, note] as const]);
  return {
    visualNotes: Object.fromEntries([...of(agreed.winner, winner.id), ...of(agreed.loser, loser.id)]),
    dropped,
  };
}

/** A sentence per text that was cut. */
export function cutNotes({ fields }: Material): string[] {
  return CLAIM_SIDES.flatMap((side) =>
    Object.entries(fields[side]).flatMap(([field, text]) =>
      text.length > FIELD_LIMIT ? [cutNote(side, field, text.length)] : [],
    ),
  );
}
