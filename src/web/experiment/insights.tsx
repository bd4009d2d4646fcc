/** What is said about why the winner won: claims with their quotes in the ads, what was dropped, and the cost. */
import { adName } from '../../domain/ad-name.js';
import { CREATIVE_FIELDS, type CreativeField, fieldsOf } from '../../domain/creative/ran-creative.js';
import { attributeOf } from '../../domain/creative/registry.js';
import { isEnded } from '../../domain/experiment.js';
import type { ClaimField } from '../../domain/insights/claim.js';
import { markQuotes } from '../../domain/insights/mark-quotes.js';
import type { Reader } from '../format.js';
import { Marked } from '../parts/copy-text.js';
import { Figure, Instant } from '../parts/figures.js';
import { Form, Link } from '../parts/links.js';
import { YourName } from '../parts/who-and-why.js';
import type { Viewer } from '../viewer.js';
import { Word } from '../words/word.js';
import type { InsightsJson, StatusJson } from './read.js';

type ClaimJson = InsightsJson['claims'][number];
type AnyClaim = Omit<ClaimJson, 'evidence' | 'pattern_id'>;

const FIELD_NAMES: Record<ClaimField, string> = {
  hook: 'hook',
  headline: 'headline',
  text: 'text',
  description: 'description',
  call_to_action: 'button',
  script: 'script',
  picture: 'picture',
};

interface Props {
  experiment: StatusJson;
  insights: InsightsJson;
  reader: Reader;
}

export function Insights(props: Props & { viewer: Viewer; formKey: string }) {
  const { experiment, insights, reader } = props;
  const { status, message, claims, notes } = insights;
  const nothingYet = status === 'not_applicable' && insights.number === null;
  if (nothingYet && !isEnded(experiment.state)) return null;
  const sides = (['winner', 'loser'] as const).map((side) => ({
    id: side === 'winner' ? insights.winner_variant_id : insights.loser_variant_id,
    side,
    own: claims.filter((claim) => claim.side === side),
  }));
  return (
    <section class="card" aria-labelledby="insights">
      <h2 id="insights">
        <Word of="insight">Insights</Word>{' '}
        {status === 'offline' && <span class="badge state-paused">offline: made without Claude</span>}
      </h2>
      <p>{message}</p>
      {notes.map((note) => (
        <p class="note">{note}</p>
      ))}
      {claims.length > 0 && (
        <>
          <p class="muted">
            What may have made the difference, with the words of the ads that it is about marked. These are
            claims, not proof: later tests whose ads differ in the same show whether they hold.
          </p>
          <div class="columns">
            {sides.map(
              ({ id, side, own }) => id !== null && <Side side={side} id={id} claims={own} {...props} />,
            )}
          </div>
        </>
      )}
      <Dropped insights={insights} experiment={experiment} />
      <Cost insights={insights} reader={reader} />
      <Again {...props} />
    </section>
  );
}

function Side({
  side,
  id,
  claims,
  experiment,
  insights,
}: Props & { side: ClaimJson['side']; id: string; claims: readonly ClaimJson[] }) {
  const fields = textsOf(experiment, id);
  const seen = insights.visual_notes[id];
  return (
    <section aria-label={side === 'winner' ? 'The winner' : 'The ad that lost'}>
      <h3>
        {side === 'winner' ? 'The winner' : 'The ad that lost'}: {adName(experiment.variants, id)}
      </h3>
      {CREATIVE_FIELDS.map((field) => {
        const text = fields[field];
        if (text === undefined) return null;
        const quotes = claims.flatMap((claim) => (claim.field === field ? (claim.quote ?? []) : []));
        // The card of the ads has all texts.
        if (quotes.length === 0) return null;
        return (
          <>
            <p class="label">{FIELD_NAMES[field]}</p>
            <p class="text" dir="auto" data-field={field}>
              <Marked pieces={markQuotes(text, quotes)} />
            </p>
          </>
        );
      })}
      {seen && (
        <>
          <p class="label">what Claude saw in the picture</p>
          <p dir="auto">{seen}</p>
        </>
      )}
      <h4>{side === 'winner' ? 'What may have helped' : 'What may have hurt'}</h4>
      {claims.length === 0 ? (
        <p class="muted">Nothing is said.</p>
      ) : (
        <ul>
          {claims.map((claim) => (
            <li>
              <ClaimText claim={claim} patternId={claim.pattern_id} />
              {claim.evidence && <span class="label">{claim.evidence}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ClaimText({ claim, patternId }: { claim: AnyClaim; patternId: string | null }) {
  const { text, field, quote, visible, attribute_id: attributeId } = claim;
  const statement = attributeId === null ? null : (attributeOf(attributeId)?.statement ?? null);
  return (
    <>
      <bdi>{text}</bdi>{' '}
      <span class="muted">
        {quote !== null && (
          <>
            ({FIELD_NAMES[field]}: “<bdi>{quote}</bdi>”)
          </>
        )}
        {visible !== null && (
          <>
            (picture: <bdi>{visible}</bdi>)
          </>
        )}
        {statement !== null && statement !== text && ` About: ${statement}`}
      </span>{' '}
      {patternId !== null && (
        <Link href={`/learn/patterns/${encodeURIComponent(patternId)}`}>What tests say about it</Link>
      )}
    </>
  );
}

/** The texts as the ad showed them, by field. */
function textsOf({ variants }: StatusJson, id: string): Partial<Record<CreativeField, string>> {
  const variant = variants.find((one) => one.id === id);
  if (!variant) return {};
  const { creative, creative_as_run: ran } = variant;
  return fieldsOf(creative, ran && { ...ran, callToAction: ran.call_to_action });
}

function Dropped({ insights: { dropped }, experiment }: Pick<Props, 'insights' | 'experiment'>) {
  if (dropped.length === 0) return null;
  return (
    <details>
      <summary>Claims that were dropped ({dropped.length})</summary>
      <ul>
        {dropped.map((claim) => (
          <li>
            {claim.variant_id !== '' && `Of ${adName(experiment.variants, claim.variant_id)}: `}
            <ClaimText claim={claim} patternId={null} />
            <span class="label">{claim.message}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Cost({ insights, reader }: Pick<Props, 'insights' | 'reader'>) {
  const { model, prompt_version: prompt, cost_usd: cost, spent_this_month_usd: spent, questions } = insights;
  if (insights.number === null) return null;
  return (
    <dl>
      {model !== null && (
        <>
          <dt>Answered by</dt>
          <dd>
            {model}
            {prompt !== null && ` (questions: ${prompt})`}
          </dd>
        </>
      )}
      <dt>Cost</dt>
      <dd>
        {questions.length === 0 ? (
          'none: Claude was not asked'
        ) : (
          <>
            <Dollars field="cost_usd" value={cost} /> for {questions.length}{' '}
            {questions.length === 1 ? 'question' : 'questions'} to Claude
          </>
        )}
        ; all tests and drafts of this month: <Dollars field="spent_this_month_usd" value={spent} />
      </dd>
      {insights.finished_at !== null && (
        <>
          <dt>Made</dt>
          <dd>
            <Instant iso={insights.finished_at} reader={reader} />
          </dd>
        </>
      )}
      {insights.requested_by !== null && (
        <>
          <dt>Asked for by</dt>
          <dd>
            <bdi>{insights.requested_by}</bdi>
          </dd>
        </>
      )}
    </dl>
  );
}

function Dollars({ field, value }: { field: string; value: number }) {
  return (
    <Figure field={field} value={value}>
      USD {value > 0 && value < 1 ? value.toFixed(4) : value.toFixed(2)}
    </Figure>
  );
}

/** For operators, once there is a winner to learn from. */
function Again({ experiment, insights, viewer, formKey }: Props & { viewer: Viewer; formKey: string }) {
  const { state, winner_variant_id: winner, experiment_id: id } = experiment;
  if (viewer.principal.role === 'viewer' || !isEnded(state) || winner === null) return null;
  const { status, number } = insights;
  return (
    <Form method="post" action={`/experiments/${encodeURIComponent(id)}/insights`} class="inline no-print">
      <input type="hidden" name="csrf" value={viewer.csrf} />
      <input type="hidden" name="key" value={formKey} />
      <YourName viewer={viewer} disabled={false} typed={undefined} />
      <button type="submit" class="quiet">
        {status === 'pending' ? 'Try now' : number === null ? 'Extract now' : 'Extract again'}
      </button>
      <Link href={`/drafts?from=${encodeURIComponent(id)}`}>Write drafts from the winner</Link>
    </Form>
  );
}
