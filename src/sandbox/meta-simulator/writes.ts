import type { ChangeEvent, FaultTally, FieldValue } from './events.js';
import type { Fault } from './faults.js';
import { expiredToken, GraphError, invalidParameter, rateLimited, serverError } from './graph-error.js';
import { majorUnits } from './money.js';
import { hasCampaignBudget } from './nodes.js';
import type { MarketObject } from './objects.js';
import type { GraphAnswer, GraphRequest } from './request.js';
import { listParam } from './request.js';
import type { FaultOrder } from './types.js';
import { CHANGE_LIMIT_SUBCODE, type World } from './world.js';

const MINUTE_MS = 60_000;
const DEFAULT_HINT_MS = 5 * MINUTE_MS;
const DEFAULT_DELAY_MS = 30 * MINUTE_MS;

/** The result of a write: the event for the journal, and the answer to the caller. */
export interface WriteOutcome {
  event: ChangeEvent | null;
  answer: GraphAnswer | GraphError;
}

/** The amount if a POST sets an ad set's daily budget and doesn't only validate it; NaN if that is not a number. */
export function budgetWriteOf(request: GraphRequest, object: MarketObject | undefined): number | null {
  const { daily_budget: amount } = request.params;
  if (request.method !== 'POST' || request.path.length !== 1 || object?.kind !== 'adset') return null;
  if (amount === undefined || validatesOnly(request)) return null;
  return typeof amount === 'number' || /^-?\d+$/.test(String(amount)) ? Number(amount) : Number.NaN;
}

function validatesOnly(request: GraphRequest): boolean {
  return listParam(request.params.execution_options).includes('validate_only');
}

/** The answer of a fault; null if the fault carries out the request and only drops its answer. */
export function faultAnswer(order: FaultOrder): GraphAnswer | GraphError | null {
  switch (order.kind) {
    case 'lost_request':
      return { kind: 'drop' };
    case 'hang':
      return { kind: 'hang' };
    case 'html':
      return { kind: 'html', status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
    case 'server_error':
      return serverError();
    case 'expired_token':
      return expiredToken();
    case 'rate_limit': {
      const code = order.code ?? 17;
      const subcode = order.subcode ?? (code === 17 ? 2_446_079 : null);
      return rateLimited(code, subcode, Math.ceil((order.delayMs ?? DEFAULT_HINT_MS) / MINUTE_MS));
    }
    case 'refuse':
      return new GraphError('Invalid parameter', order.code ?? 100, order.subcode ?? null, {
        title: 'The change was refused',
        text: 'This ad set can not be changed in this way.',
      });
    case 'applied_then_reset':
    case 'late_apply':
      return null;
  }
}

/** A POST on an object. `fault`: the fault that strikes it, if any; `tally`: what it does to the counters of faults. */
export function write(
  world: World,
  object: MarketObject,
  request: GraphRequest,
  fault: Fault | null,
  tally: FaultTally | null,
  now: number,
): WriteOutcome {
  const amount = budgetWriteOf(request, object);
  const order = fault?.order ?? null;
  const struck = order ? faultAnswer(order) : null;
  if (amount === null) return writeFields(world, object, request, struck, tally, now);
  if (order?.kind === 'lost_request') {
    return { event: change(object, {}, now, { tally }), answer: { kind: 'drop' } };
  }
  const refusal = struck ?? checkStatus(request) ?? checkBudget(world, object, amount, now);
  if (refusal) {
    const event = change(object, {}, now, { tally });
    event.audit = auditRow(world, object, amount, now, { order, refusal });
    return { event, answer: order && !struck ? { kind: 'drop' } : refusal };
  }
  const late = order?.kind === 'late_apply' ? (order.delayMs ?? DEFAULT_DELAY_MS) : 0;
  const fields = { ...plainFields(request), daily_budget: amount };
  const event = change(object, fields, now, { tally, effectiveAt: now + late });
  event.audit = auditRow(world, object, amount, now, { order, effectiveAt: now + late });
  return { event, answer: order ? { kind: 'drop' } : SUCCESS };
}

/** A budget write with a wrong token: no fault applies, and only the audit is written. */
export function writeWithBadToken(
  world: World,
  object: MarketObject,
  amount: number,
  refusal: GraphError,
  now: number,
): ChangeEvent {
  const event = change(object, {}, now, { tally: null });
  event.audit = auditRow(world, object, amount, now, { order: null, refusal });
  return event;
}

const SUCCESS: GraphAnswer = { kind: 'json', status: 200, body: { success: true }, headers: {} };

const STATUSES = ['ACTIVE', 'PAUSED', 'ARCHIVED', 'DELETED'];

function checkStatus({ params }: GraphRequest): GraphError | null {
  if (params.status === undefined || STATUSES.includes(String(params.status))) return null;
  return invalidParameter(`param status must be one of ${STATUSES.join(', ')}`);
}

/** The fields that the API may set, apart from an ad set's budget. Graph ignores unknown and read-only fields. */
function plainFields({ params }: GraphRequest): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  for (const name of ['status', 'name']) {
    if (params[name] !== undefined) fields[name] = String(params[name]);
  }
  return fields;
}

function writeFields(
  world: World,
  object: MarketObject,
  request: GraphRequest,
  struck: GraphAnswer | GraphError | null,
  tally: FaultTally | null,
  now: number,
): WriteOutcome {
  const counted = tally ? change(object, {}, now, { tally }) : null;
  if (struck) return { event: counted, answer: struck };
  const { daily_budget: amount } = request.params;
  const budget = object.kind === 'adset' && amount !== undefined;
  const refusal = checkStatus(request) ?? (budget ? checkBudget(world, object, Number(amount), now) : null);
  if (refusal) return { event: counted, answer: refusal };
  const fields = plainFields(request);
  const nothing = validatesOnly(request) || object.kind === 'account' || Object.keys(fields).length === 0;
  return { event: nothing ? counted : change(object, fields, now, { tally }), answer: SUCCESS };
}

/** Graph's refusal of an amount, or null. */
function checkBudget(world: World, adSet: MarketObject, amount: number, now: number): GraphError | null {
  if (hasCampaignBudget(adSet.ancestor('campaign'), now)) {
    return new GraphError('Invalid parameter', 100, 1_885_621, {
      title: 'Budget set at campaign level',
      text: 'You can only set an ad set budget or a campaign budget.',
    });
  }
  if (!Number.isSafeInteger(amount)) return invalidParameter('param daily_budget must be an integer.');
  const least = world.account.minDailyBudget;
  if (amount < least) {
    const money = `${majorUnits(least, world.account.currency)} ${world.account.currency}`;
    return new GraphError('Invalid parameter', 100, 1_885_272, {
      title: 'Your Budget Is Too Low',
      text: `Your daily budget must be at least ${money}.`,
    });
  }
  const before = adSet.number('daily_budget', now);
  if (before === null) return invalidParameter('This ad set has a lifetime budget.');
  if (now < adSet.blockedUntil || (amount !== before && world.changesSpent(adSet, now))) {
    return new GraphError(
      '(#613) Calls to this api have exceeded the rate limit.',
      613,
      CHANGE_LIMIT_SUBCODE,
      {
        title: 'Ad set budget changed too often',
        text: 'You can change the budget of an ad set 4 times an hour. Please try again in an hour.',
      },
    );
  }
  if (world.refuseBelowSpent && amount < before) {
    const spent = Math.ceil(world.delivery.spentToday(adSet, now));
    if (amount < spent) {
      const money = `${majorUnits(spent, world.account.currency)} ${world.account.currency}`;
      return new GraphError('Invalid parameter', 100, 1_885_650, {
        title: 'Budget Is Too Low',
        text: `Your budget must be at least ${money}, what this ad set may have spent today.`,
      });
    }
  }
  return null;
}

function change(
  object: MarketObject,
  fields: Record<string, FieldValue>,
  at: number,
  more: { tally: FaultTally | null; effectiveAt?: number },
): ChangeEvent {
  return {
    type: 'change',
    at,
    objectId: object.id,
    fields,
    effectiveAt: more.effectiveAt ?? at,
    audit: null,
    tally: more.tally,
  };
}

function auditRow(
  world: World,
  adSet: MarketObject,
  amount: number,
  at: number,
  result: { order: FaultOrder | null; refusal?: GraphAnswer | GraphError; effectiveAt?: number },
): NonNullable<ChangeEvent['audit']> {
  const { order, refusal, effectiveAt } = result;
  const error = refusal instanceof GraphError ? refusal : null;
  const refused = error !== null && error.status < 500;
  return {
    sequence: world.audit.length + 1,
    at,
    adSetId: adSet.id,
    actor: 'api',
    before: adSet.number('daily_budget', at) ?? 0,
    requested: Number.isFinite(amount) ? amount : 0,
    outcome: refusal === undefined ? 'applied' : refused ? 'refused' : 'failed',
    appliedAt: effectiveAt ?? null,
    code: error?.code ?? null,
    subcode: error?.subcode ?? null,
    fault: order?.kind ?? null,
  };
}
