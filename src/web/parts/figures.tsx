/** Figures on a page. Each carries the value of the API's answer, so that a reader's tool, or a test, finds it. */
import type { Child } from 'hono/jsx';
import { countdownText, instantText, liftText, money, moneyChange, percent, type Reader } from '../format.js';

/** A figure of a field of the API. */
export function Figure({
  field,
  value,
  children,
}: {
  field: string;
  value: number | string;
  children?: Child;
}) {
  return (
    <data value={String(value)} data-field={field}>
      {children}
    </data>
  );
}

export function Money(props: {
  field: string;
  amount: number;
  currency: string;
  reader: Reader;
  change?: boolean;
}) {
  const { field, amount, currency, reader, change = false } = props;
  return (
    <Figure field={field} value={amount}>
      {change ? moneyChange(amount, currency, reader) : money(amount, currency, reader)}
    </Figure>
  );
}

/** An amount before and after; each is a field and its value. */
export function MoneyMove(props: {
  from: readonly [field: string, amount: number];
  to: readonly [field: string, amount: number];
  currency: string;
  reader: Reader;
}) {
  const { from, to, currency, reader } = props;
  return (
    <>
      <Money field={from[0]} amount={from[1]} currency={currency} reader={reader} />
      {' → '}
      <Money field={to[0]} amount={to[1]} currency={currency} reader={reader} />
    </>
  );
}

export function Lift({ field, value }: { field: string; value: number }) {
  return (
    <Figure field={field} value={value}>
      {percent(value)}
    </Figure>
  );
}

/** The lift of one ad over another by the objective of their test; without an interval, none is known yet. */
export function LiftBy(props: {
  field: string;
  value: number;
  objective: string;
  interval: readonly number[] | null;
}) {
  const { field, value, objective, interval } = props;
  return (
    <Figure field={field} value={value}>
      {value === 0 && interval === null ? 'not known yet' : liftText(value, objective)}
    </Figure>
  );
}

export function Instant({ iso, reader }: { iso: string; reader: Reader }) {
  return <time datetime={iso}>{instantText(iso, reader)}</time>;
}

/** Counts down by itself if the page's script runs. */
export function Countdown({ iso, reader }: { iso: string; reader: Reader }) {
  return (
    <time datetime={iso} data-countdown="" title={instantText(iso, reader)}>
      {countdownText(iso, reader)}
    </time>
  );
}
