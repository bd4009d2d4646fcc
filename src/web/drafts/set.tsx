/** The drafts for one brief, side by side. */
import type { DraftSetJson } from '../../api/drafts/responses.js';
import type { Reader } from '../format.js';
import { Instant } from '../parts/figures.js';
import { scaleOf } from '../parts/interval-bar.js';
import { Form, Link } from '../parts/links.js';
import type { Viewer } from '../viewer.js';
import { Word } from '../words/word.js';
import { labelOf } from './brief.js';
import { COPY_PARTS, DraftCard } from './draft.js';

interface SetProps {
  set: DraftSetJson;
}

export function DraftSetView({ set, reader, viewer }: SetProps & { reader: Reader; viewer: Viewer }) {
  const { brief, drafts, starts_from: start, evidence_message: learned, notes } = set;
  const most = scaleOf(
    drafts.map(({ interval_pct: interval }) => interval && [interval[0] / 100, interval[1] / 100]),
  );
  return (
    <>
      <p>
        <Link href="/drafts">All drafts</Link>
      </p>
      <h1>
        Drafts for <bdi>{brief.product}</bdi>
      </h1>
      <p class="verdict">{set.advice}</p>
      <p class="muted">
        Asked for by <bdi>{set.by}</bdi>, <Instant iso={set.made_at} reader={reader} />. {set.message}
      </p>
      {start && <Start start={start} />}
      {drafts.length > 0 && (
        <section aria-labelledby="drafts">
          <h2 id="drafts">
            <Word of="draft">Drafts</Word>
          </h2>
          <p class="muted">
            {howToRead(start !== null)} {learned} {notes.join(' ')}
          </p>
          <ol class="drafts">
            {drafts.map((draft, place) => (
              <DraftCard draft={draft} number={place + 1} start={start?.creative ?? null} most={most} />
            ))}
          </ol>
        </section>
      )}
      {viewer.principal.role !== 'viewer' && <TestThese set={set} />}
      <LeftOut set={set} />
      <BriefOfSet set={set} />
    </>
  );
}

function howToRead(hasStart: boolean): string {
  return hasStart
    ? 'The most promising draft comes first. Words that the ad at the start lacks are marked. The expected lift is over that ad, by tests of what the draft changes. The chance is to be the best of these drafts and that ad.'
    : 'The most promising draft comes first. The chance is to be the best of these drafts.';
}

function Start({ start }: { start: NonNullable<DraftSetJson['starts_from']> }) {
  const { experiment_id: id, experiment_name: name, creative } = start;
  return (
    <section class="card" aria-labelledby="start">
      <h2 id="start">The ad that they start from</h2>
      <p>
        From the test <Link href={`/experiments/${encodeURIComponent(id)}`}>{name}</Link>
      </p>
      {COPY_PARTS.map(({ part, label }) => {
        const text = creative[part];
        return text?.trim() ? (
          <>
            <p class="label">{label}</p>
            <p class="text" dir="auto">
              {text}
            </p>
          </>
        ) : null;
      })}
    </section>
  );
}

/** Leads to the page of new tests, which asks for the ads that were made from these drafts. */
function TestThese({ set: { drafts } }: SetProps) {
  if (drafts.length === 0) return null;
  return (
    <section class="card" aria-labelledby="test-these">
      <h2 id="test-these">Test these</h2>
      <p>
        First make an ad of each draft in Meta: one ad set per ad, with the same settings and budget. The
        service makes no ads. Then choose here which drafts you used, and on the next page which ad was made
        from which.
      </p>
      <Form method="get" action="/experiments/new">
        <fieldset>
          <legend>Drafts to test</legend>
          {drafts.map(({ draft_id: id, creative, worth_testing: isWorth }, place) => (
            <label class="choice">
              <input type="checkbox" name="draft" value={id} checked={isWorth} /> Draft {place + 1}:{' '}
              <bdi>{creative.headline ?? creative.hook ?? creative.text}</bdi>
            </label>
          ))}
        </fieldset>
        <button type="submit">Test these</button>
      </Form>
    </section>
  );
}

function LeftOut({ set: { left_out: leftOut } }: SetProps) {
  if (leftOut.length === 0) return null;
  return (
    <details class="card">
      <summary>What was left out ({leftOut.length})</summary>
      <ul>
        {leftOut.map(({ headline, text, reason }) => (
          <li>
            {[headline, text]
              .filter((part) => part !== null && part.trim() !== '')
              .map((part) => (
                <p class="text" dir="auto">
                  {part}
                </p>
              ))}
            <p class="muted">{reason}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}

function BriefOfSet({ set: { brief } }: SetProps) {
  const rows = [
    [labelOf('product'), [brief.product]],
    [labelOf('audience'), [brief.audience]],
    [labelOf('offer'), [brief.offer]],
    [labelOf('mustSay'), brief.must_say],
    [labelOf('mustNotSay'), brief.must_not_say],
    [labelOf('tone'), [brief.tone]],
    [labelOf('count'), [String(brief.count)]],
  ] as const;
  return (
    <details class="card">
      <summary>The brief</summary>
      <dl>
        {rows.map(([label, values]) => {
          const said = values.filter((value) => value !== null);
          return said.length === 0 ? null : (
            <>
              <dt>{label}</dt>
              <dd>
                {said.map((value) => (
                  <p dir="auto">{value}</p>
                ))}
              </dd>
            </>
          );
        })}
      </dl>
    </details>
  );
}
