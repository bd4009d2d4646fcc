/** One draft: its texts to take along, what it changes, and what speaks for and against it. */
import type { DraftSetJson } from '../../api/drafts/responses.js';
import { changedWords } from '../../domain/drafts/changed-words.js';
import { STATE_NAMES } from '../learn/names.js';
import { ChanceBar } from '../parts/chance-bar.js';
import { CopyText } from '../parts/copy-text.js';
import { IntervalBar } from '../parts/interval-bar.js';
import { Link } from '../parts/links.js';
import { Percent, percentRange } from '../parts/percents.js';
import { Word } from '../words/word.js';

export type DraftJson = DraftSetJson['drafts'][number];
type Copy = DraftJson['creative'];

/** The parts of a creative, as Meta's form for ads names them. */
export const COPY_PARTS = [
  { part: 'hook', label: 'First line of the primary text' },
  { part: 'headline', label: 'Headline' },
  { part: 'text', label: 'Primary text' },
  { part: 'script', label: 'Script' },
] as const;

export function DraftCard({
  draft,
  number,
  start,
  most,
}: {
  draft: DraftJson;
  number: number;
  /** The ad that it starts from; null: it comes from the brief alone. */
  start: Copy | null;
  /** The scale of the bars of all drafts. */
  most: number;
}) {
  const { draft_id: id, creative, patterns, warnings, worth_testing: isWorth } = draft;
  return (
    <li class="card" data-draft={id}>
      <h3>
        Draft {number} {isWorth && <span class="badge worth-testing">worth a test</span>}
      </h3>
      {COPY_PARTS.map(({ part, label }) => (
        <Part id={`${id}-${part}`} label={label} text={creative[part]} before={start?.[part] ?? null} />
      ))}
      <WhatChanges draft={draft} start={start} />
      <Expected draft={draft} hasStart={start !== null} most={most} />
      {patterns.length > 0 && (
        <>
          <h4>
            What it uses: <Word of="pattern">patterns</Word>
          </h4>
          <ul>
            {patterns.map(({ pattern_id: patternId, statement, state, evidence }) => (
              <li>
                <Link href={`/learn/patterns/${encodeURIComponent(patternId)}`}>{statement}</Link>
                {state && <span class="muted"> ({STATE_NAMES[state]})</span>}
                {evidence && <span class="label">{evidence}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      {warnings.map((warning) => (
        <p class="warn">{warning}</p>
      ))}
    </li>
  );
}

function Part(props: { id: string; label: string; text: string | null; before: string | null }) {
  const { id, label, text, before } = props;
  if (text === null || text.trim() === '') return null;
  const changed = before === null || before === text ? null : changedWords(before, text);
  return (
    <>
      <CopyText id={id} label={label} pieces={changed?.pieces ?? [{ text, isMarked: false }]} />
      {changed && changed.gone.length > 0 && (
        <p class="muted">
          Gone:{' '}
          {changed.gone.map((words, place) => (
            <>
              {place > 0 && ', '}
              <del dir="auto">{words}</del>
            </>
          ))}
        </p>
      )}
    </>
  );
}

function WhatChanges({
  draft: { change, also_changes: also },
  start,
}: {
  draft: DraftJson;
  start: Copy | null;
}) {
  if (start === null) return null;
  return (
    <>
      <h4>What it changes</h4>
      <p>
        {change?.message ??
          'Nothing that the service can read from texts. A test can still tell whether it is better.'}
      </p>
      {also.length > 0 && (
        <p class="muted">
          Changes along with it: {also.join(' ')} If it wins, a test can’t tell which of them did it.
        </p>
      )}
    </>
  );
}

function Expected({ draft, hasStart, most }: { draft: DraftJson; hasStart: boolean; most: number }) {
  const { expected_pct: expected, interval_pct: interval, chance_best: chance } = draft;
  if (expected === null && chance === null && !hasStart) return null;
  return (
    <dl>
      {expected !== null && interval !== null && (
        <>
          <dt>Expected lift</dt>
          <dd>
            <IntervalBar
              lift={expected / 100}
              interval={[interval[0] / 100, interval[1] / 100]}
              most={most}
            />{' '}
            <Percent field="expected_pct" value={expected} /> (90 % interval {percentRange(interval)})
          </dd>
        </>
      )}
      <dt>Chance to be the best</dt>
      <dd>{chance === null ? 'not known' : <ChanceBar field="chance_best" chance={chance} />}</dd>
    </dl>
  );
}
