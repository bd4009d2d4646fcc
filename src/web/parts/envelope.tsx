import type { z } from '@hono/zod-openapi';
import type { AccountAnswer } from '../../api/account/responses.js';
import type { Reader } from '../format.js';
import { Instant, Money } from './figures.js';

/** By how much the account's budgets were raised today, and the most by which they may be. */
export function EnvelopeOfToday(props: {
  account: Pick<z.output<typeof AccountAnswer>, 'envelope' | 'currency'>;
  reader: Reader;
}) {
  const { reader } = props;
  const { envelope, currency } = props.account;
  const { limit_cents: limit, moved_today_cents: moved, resets_at: resetsAt } = envelope;
  if (currency === null || moved === null) return <>not known while Meta does not answer</>;
  return (
    <>
      <Money field="moved_today_cents" amount={moved} currency={currency} reader={reader} /> raised today
      {limit === null ? (
        ', without a limit'
      ) : (
        <>
          {' of '}
          <Money field="limit_cents" amount={limit} currency={currency} reader={reader} />
        </>
      )}
      {resetsAt && (
        <span class="muted">
          {' '}
          (a new day begins <Instant iso={resetsAt} reader={reader} />)
        </span>
      )}
    </>
  );
}
