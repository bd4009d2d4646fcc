/** One test on one printed page. */
import type { Child } from 'hono/jsx';
import type { ScorecardJson } from '../../api/scorecard/read.js';
import { shortAdName } from '../../domain/ad-name.js';
import { minorUnits } from '../../domain/budget.js';
import { METRICS, type Objective } from '../../domain/metric.js';
import { instantText, intervalText, isCost, money, type Reader } from '../format.js';
import { Figure, Instant, LiftBy, Money } from '../parts/figures.js';
import { Link } from '../parts/links.js';
import { MetricCells } from '../parts/metric-cells.js';
import { StateBadge } from '../parts/state-badge.js';

export interface ScorecardFacts {
  card: ScorecardJson;
  reader: Reader;
  /** A client with a link can open nothing else. */
  forClient: boolean;
}

/** Controls beyond these are left to the record: the card stays one page. */
const MOST_ROWS = 8;

export function Scorecard({ card, reader: viewer, forClient }: ScorecardFacts) {
  const reader = { ...viewer, timezone: card.timezone };
  const address = `/experiments/${encodeURIComponent(card.experiment_id)}`;
  return (
    <article class="scorecard">
      <h1>
        {card.name} <StateBadge state={card.state} shadow={card.decided?.shadow ?? false} />
      </h1>
      {!forClient && (
        <p class="muted no-print">
          <Link href={address}>Back to the test</Link> ·{' '}
          <Link href={`/api/ab${address}/scorecard/csv`} download>
            Download as CSV
          </Link>{' '}
          · The browser can print this page as PDF.
        </p>
      )}
      <p class="verdict">{card.verdict}</p>
      {card.why.map((sentence) => (
        <p>{sentence}</p>
      ))}
      {card.declaration && <p>{card.declaration}</p>}
      <Dates card={card} reader={reader} />
      <Ads card={card} reader={reader} />
      <Pairs card={card} />
      <Moved card={card} reader={reader} />
      <Verified card={card} reader={reader} />
      {/* Users give reasons to each other, not to a client. */}
      {!forClient && <Controls card={card} reader={reader} />}
      <section aria-labelledby="caveats">
        <h2 id="caveats">What the figures don't say</h2>
        <ul>
          {card.caveats.map(({ message }) => (
            <li>{message}</li>
          ))}
        </ul>
      </section>
      <p class="muted">
        Made <Instant iso={card.made_at} reader={reader} /> ({card.timezone}).
      </p>
    </article>
  );
}

interface PartProps {
  card: ScorecardJson;
  reader: Reader;
}

function Dates({ card, reader }: PartProps) {
  const decides = METRICS[card.objective as Objective]?.label ?? card.objective;
  return (
    <dl class="dates">
      <dt>Ran</dt>
      <dd>
        <Instant iso={card.start_date} reader={reader} /> to{' '}
        {card.end_date ? <Instant iso={card.end_date} reader={reader} /> : 'now'}, planned until{' '}
        <Instant iso={card.horizon_at} reader={reader} />
      </dd>
      <dt>What decides</dt>
      <dd>
        {decides}; a conversion is: {card.conversion_event.replaceAll('_', ' ')}
      </dd>
      {card.decided && (
        <>
          <dt>Decided</dt>
          <dd>
            <Instant iso={card.decided.at} reader={reader} /> {HOW[card.decided.how](card.decided.by)}
          </dd>
        </>
      )}
    </dl>
  );
}

const HOW: Record<'rule' | 'approval' | 'force', (by: string) => string> = {
  rule: () => 'by the rule',
  approval: (by) => `by the rule, approved by ${by}`,
  force: (by) => `by force, by ${by}`,
};

function Table({ caption, head, children }: { caption: Child; head: readonly string[]; children?: Child }) {
  return (
    <div class="table">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th scope="col" class={index === 0 ? undefined : 'number'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Ads({ card, reader }: PartProps) {
  const { currency, look } = card;
  const major = (amount: number) => money(minorUnits(amount, currency), currency, reader);
  const head = [
    'Ad',
    'Impressions',
    'Link clicks',
    'Click rate',
    'Conversions',
    'Spend',
    'Per click',
    'Per conversion',
  ];
  return (
    <section aria-labelledby="ads">
      <h2 id="ads">The ads</h2>
      <Table
        caption={
          look
            ? `Up to look ${look.look_number}, ${instantText(look.due_at, reader)}`
            : 'There was no look yet.'
        }
        head={head}
      >
        {card.ads.map(({ variant_id, name, role, won, metrics, cost_per_conversion: perConversion }) => (
          <tr data-variant={variant_id}>
            <th scope="row">
              {name}
              <span class="label">
                {role}
                {won && ', won'}
              </span>
            </th>
            {metrics ? (
              <>
                <MetricCells metrics={metrics} currency={currency} reader={reader} />
                <td class="number">
                  {metrics.clicks > 0 ? (
                    <Figure field="cpc" value={metrics.cpc}>
                      {major(metrics.cpc)}
                    </Figure>
                  ) : (
                    '–'
                  )}
                </td>
                <td class="number">
                  {perConversion === null ? (
                    '–'
                  ) : (
                    <Figure field="cost_per_conversion" value={perConversion}>
                      {major(perConversion)}
                    </Figure>
                  )}
                </td>
              </>
            ) : (
              head.slice(1).map(() => <td class="number">–</td>)
            )}
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Pairs({ card }: { card: ScorecardJson }) {
  if (card.pairs.length === 0) return null;
  const named = card.ads.map(({ variant_id: id, headline }) => ({ id, creative: { headline } }));
  return (
    <section aria-labelledby="lift">
      <h2 id="lift">The lift, as measured</h2>
      <Table
        caption={`By ${METRICS[card.objective as Objective]?.label ?? card.objective}: ${isCost(card.objective) ? 'less' : 'above zero'} is better`}
        head={['Ads', 'Lift', 'Interval', 'Confidence']}
      >
        {card.pairs.map(({ variant_a, variant_b, lift, interval, confidence, note }) => (
          <tr data-pair={`${variant_a}|${variant_b}`}>
            <th scope="row">
              {shortAdName(named, variant_b)} {isCost(card.objective) ? 'against' : 'over'}{' '}
              {shortAdName(named, variant_a)}
              {note && <span class="label">{note}</span>}
            </th>
            <td class="number">
              <LiftBy field="lift" value={lift} objective={card.objective} interval={interval} />
            </td>
            <td class="number">{interval ? intervalText(interval, card.objective) : 'not known yet'}</td>
            <td class="number">
              <Figure field="confidence" value={confidence}>
                {confidence.toFixed(3)}
              </Figure>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Moved({ card, reader }: PartProps) {
  const { ads, moves, currency, decided } = card;
  if (decided === null && moves.length === 0) return null;
  const amount = (field: string, value: number | null) =>
    value === null ? '–' : <Money field={field} amount={value} currency={currency} reader={reader} />;
  return (
    <section aria-labelledby="money">
      <h2 id="money">What was moved</h2>
      {decided?.shadow && <p class="note">In shadow: no budget was changed.</p>}
      <Table caption="Budgets per day" head={['Ad', 'Before', 'Now']}>
        {ads.map(({ name, budget_before_cents: before, budget_after_cents: after }) => (
          <tr>
            <th scope="row">{name}</th>
            <td class="number">{amount('budget_before_cents', before)}</td>
            <td class="number">{amount('budget_after_cents', after)}</td>
          </tr>
        ))}
      </Table>
      {moves.length > 0 && (
        <p>
          {moves.length} budget {moves.length === 1 ? 'write' : 'writes'}, the first on{' '}
          <Instant iso={moves[0]!.at} reader={reader} />, the last on{' '}
          <Instant iso={moves.at(-1)!.at} reader={reader} />.
        </p>
      )}
    </section>
  );
}

function Verified({ card, reader }: PartProps) {
  const { verification, recheck } = card;
  if (verification === null) return null;
  return (
    <section aria-labelledby="verification">
      <h2 id="verification">Verification</h2>
      <p>
        {verification.message} Lift:{' '}
        <LiftBy
          field="verified_lift"
          value={verification.lift}
          objective={card.objective}
          interval={verification.interval}
        />
        {verification.interval && ` (90 % interval: ${intervalText(verification.interval, card.objective)})`},{' '}
        <Instant iso={verification.decided_at} reader={reader} />.
      </p>
      {recheck && <p>{recheck.message}</p>}
    </section>
  );
}

function Controls({ card, reader }: PartProps) {
  const { controls } = card;
  if (controls.length === 0) return null;
  return (
    <section aria-labelledby="used">
      <h2 id="used">Who asked for what</h2>
      <ul>
        {controls.slice(-MOST_ROWS).map(({ at, kind, by, reason, outcome }) => (
          <li>
            <Instant iso={at} reader={reader} />: {kind} by {by} ({reason})
            {outcome === 'refused' && ', refused'}
          </li>
        ))}
      </ul>
      {controls.length > MOST_ROWS && (
        <p class="muted">
          The last {MOST_ROWS} of {controls.length}.
        </p>
      )}
    </section>
  );
}
