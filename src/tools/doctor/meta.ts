import { createMetaProbe, type MetaProbe, type TokenInfo } from '../../clients/meta/setup-probe.js';
import { type AccountInfo, MetaError } from '../../clients/meta/types.js';
import { formatAmount } from '../../domain/budget.js';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { type Finding, fail, ok, warn } from './finding.js';

const DAY_MS = 86_400_000;
/** Warn if the token expires before a test could end. */
const SOON_MS = 28 * DAY_MS;

/** `account_status` in Meta's reference of the ad account. */
const STATUSES: Record<number, string> = {
  1: 'active',
  2: 'disabled',
  3: 'unsettled',
  7: 'pending risk review',
  8: 'pending settlement',
  9: 'in grace period',
  100: 'pending closure',
  101: 'closed',
};

const CURES: Partial<Record<MetaErrorKind, string>> = {
  auth: 'make a new token and set META_ACCESS_TOKEN',
  permission: 'grant the token ads_management and ads_read, and its user the ad account',
  not_found: "check META_AD_ACCOUNT_ID, and give the token's user the ad account",
  rate: 'wait as long as Meta asks, then try again',
  transient: 'check META_GRAPH_URL and the network, then try again',
  version: 'set META_API_VERSION to one that Meta still serves',
  policy: "see the ad account's notices in Meta's Ads Manager",
};

function failed(what: string, error: unknown): Finding {
  if (!(error instanceof MetaError)) throw error;
  const cure = error.details.appSecretRefused
    ? 'set META_APP_SECRET to the secret of the app that the token belongs to'
    : (CURES[error.kind] ?? 'see the message');
  return fail(what, error.message, cure);
}

/** Null if Meta answers with a MetaError. */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof MetaError) return null;
    throw error;
  }
}

/** Checks token, ad account, minimum budgets and access tier; only reads. */
export async function checkMeta(
  config: Parameters<typeof createMetaProbe>[0],
  options: { writesAllowed: boolean; now: number },
): Promise<Finding[]> {
  const probe = createMetaProbe(config);
  const token = await checkToken(probe, options);
  let account: AccountInfo;
  try {
    account = await probe.getAccount();
  } catch (error) {
    return [token, failed('Ad account', error)];
  }
  return [token, ...describeAccount(account), await checkMinimum(probe, account), checkTier(probe)];
}

async function checkToken(
  probe: MetaProbe,
  { writesAllowed, now }: { writesAllowed: boolean; now: number },
): Promise<Finding> {
  const what = 'Meta token';
  let scopes: string[] | null = null;
  try {
    scopes = await probe.getScopes();
  } catch (error) {
    // Some tokens may not read their own permissions: Meta's description of the token has the scopes too.
    const final = error instanceof MetaError && ['permission', 'not_found', 'invalid'].includes(error.kind);
    if (!final || error.details.appSecretRefused) return failed(what, error);
  }
  const token = await orNull(probe.getToken());
  if (token && !token.valid) return fail(what, 'Meta says that it is not valid', CURES.auth!);
  scopes ??= token?.scopes ?? null;
  if (scopes === null)
    return warn(what, 'accepted; Meta does not say its scopes', 'see them in the Access Token Debugger');
  const granted = ['ads_management', 'ads_read'].filter((scope) => scopes.includes(scope));
  const figure = `${granted.join(', ') || 'no scope for ads'}; ${lifeOf(token)}`;
  if (granted.length === 0) return fail(what, figure, 'grant it ads_read, and ads_management for writes');
  if (!granted.includes('ads_management')) {
    const cure = 'grant it ads_management: without it no budget can be written';
    return writesAllowed ? fail(what, figure, cure) : warn(what, figure, cure);
  }
  if (!granted.includes('ads_read')) return warn(what, figure, 'grant it ads_read, which insights need');
  const ends = token?.expiresAt ?? null;
  if (ends !== null && ends < now + SOON_MS)
    return warn(what, figure, "use a system user's token, which does not expire");
  return ok(what, figure);
}

function lifeOf(token: TokenInfo | null): string {
  if (token === null) return 'Meta does not say when it expires';
  return token.expiresAt === null
    ? 'does not expire'
    : `expires on ${new Date(token.expiresAt).toISOString().slice(0, 10)}`;
}

function describeAccount(account: AccountInfo): Finding[] {
  const { id, name, currency, timezone, status, disableReason, spendCap, amountSpent } = account;
  const reason = disableReason === null ? '' : `, reason ${disableReason}`;
  const state = `${STATUSES[status] ?? 'not active'} (status ${status}${reason})`;
  const figure = `${id} ${name}: ${status === 1 ? 'active' : state}, ${currency}, ${timezone}`;
  const standing =
    status === 1
      ? ok('Ad account', figure)
      : fail('Ad account', figure, 'budgets are moved only in an active account: check it in Ads Manager');
  if (spendCap === null) return [standing];
  const spent = `${formatAmount(amountSpent, currency)} of ${formatAmount(spendCap, currency)} spent`;
  return [
    standing,
    amountSpent < spendCap
      ? ok('Spend cap', spent)
      : warn('Spend cap', spent, 'nothing is delivered until it is raised or reset in Ads Manager'),
  ];
}

async function checkMinimum(probe: MetaProbe, account: AccountInfo): Promise<Finding> {
  const { currency, minDailyBudget } = account;
  const least = `at least ${formatAmount(minDailyBudget, currency)} per day and ad set`;
  const minimums = await orNull(probe.getMinimumBudgets(currency));
  const kinds = minimums ? Object.entries(KINDS).map(([key, kind]) => [kind, minimums[key as Kind]]) : [];
  const amounts = kinds.flatMap(([kind, amount]) =>
    typeof amount === 'number' ? [`${kind} ${formatAmount(amount, currency)}`] : [],
  );
  return ok('Minimum budgets', amounts.length > 0 ? `${least}; by goal: ${amounts.join(', ')}` : least);
}

const KINDS = {
  impressions: 'impressions',
  clicks: 'clicks',
  actions: 'rarer actions',
  videoViews: 'video views',
} as const;
type Kind = keyof typeof KINDS;

function checkTier({ accessTier }: MetaProbe): Finding {
  if (accessTier === null) return ok('Access tier', 'Meta does not say');
  if (/^development/.test(accessTier)) {
    return warn(
      'Access tier',
      `${accessTier}: 60 points in 300 s (1 per read, 3 per write), then blocked for 300 s`,
      'request full access to the Marketing API in App Review before running several tests at once',
    );
  }
  return ok('Access tier', accessTier);
}
