/** The settings as fields of the environment, each with its form and its default. */
import { z } from 'zod';
import { tokenForm } from '../api/http/tokens.js';
import { readPrices } from '../clients/claude/prices.js';
import { accountIdForm, brandNamesForm, envelopeForm } from '../clients/meta/account-list.js';
import { NOTIFICATION_FIELDS } from '../clients/webhook/settings.js';
import { ENCODER_CHOICES } from '../contract/learning.js';
import { CONFIDENCE_THRESHOLDS } from '../domain/evidence/types.js';
import { DEFAULT_POLICY, SAMPLE_SIZES } from '../domain/experiment.js';
import { WINNER_SHARES } from '../domain/rollout/phases.js';

const blankIsUnset = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;
const text = z.preprocess(blankIsUnset, z.string().optional());
const whole = (what: string, least: number, most: number, fallback: number) => {
  const error = `must be ${what}, ${least} to ${most}`;
  const number = z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
  return z.preprocess(blankIsUnset, number.default(fallback));
};
/** 1 - value, rounded: 1 - 0.95 is 0.050000000000000044. */
export const complement = (value: number) => Number((1 - value).toFixed(6));
const share = (least: number, most: number) => {
  const error = `must be a fraction of the total budget, ${least} to ${most}`;
  const number = z.coerce.number({ error }).min(least, { error }).max(most, { error });
  return z.preprocess(blankIsUnset, number.optional());
};
const LIMIT_FORM = 'must be US dollars per month, 0 to 100000';
const port = (fallback: number) => whole('a port', 0, 65_535, fallback);
const url = (protocols: string[]) =>
  z.preprocess(
    blankIsUnset,
    z
      .string()
      .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
        error: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      })
      .optional(),
  );

export const schema = z.object({
  MODE: z.preprocess(
    blankIsUnset,
    z.enum(['sandbox', 'live'], { error: 'must be sandbox or live' }).default('sandbox'),
  ),
  DATA_DIR: text,
  HOST: z.preprocess(blankIsUnset, z.string().default('127.0.0.1')),
  PORT: port(8003),
  API_TOKEN: z.preprocess(blankIsUnset, tokenForm.optional()),
  API_TOKENS: text,
  API_TOKENS_FILE: text,
  TIME_SCALE: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be a number from 1 to 7200' })
      .min(1, { error: 'must be at least 1' })
      .max(7200, { error: 'must be at most 7200' })
      .optional(),
  ),
  TIME_EPOCH: z.preprocess(
    blankIsUnset,
    z.iso.datetime({ offset: true, error: 'must be an ISO 8601 instant' }).optional(),
  ),
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  TEMPORAL_ADDRESS: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^[^:\s]+:\d+$/, { error: 'must be host:port' })
      .optional(),
  ),
  TEMPORAL_NAMESPACE: text,
  TEMPORAL_PORT: port(7233),
  TEMPORAL_UI_PORT: port(8233),
  MARKET_PORT: port(8004),
  MARKET_SEED: whole('a whole number', 0, 2_147_483_647, 1),
  META_ACCESS_TOKEN: text,
  META_APP_SECRET: text,
  META_AD_ACCOUNT_ID: z.preprocess(blankIsUnset, accountIdForm.optional()),
  META_ACCOUNTS: text,
  META_ACCOUNTS_FILE: text,
  META_GRAPH_URL: url(['http:', 'https:']),
  META_API_VERSION: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^v\d+\.\d+$/, { error: 'must look like v24.0' })
      .default('v24.0'),
  ),
  LIVE_WRITES: z.preprocess(
    blankIsUnset,
    z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  ),
  ACCOUNT_ENVELOPE: z.preprocess(blankIsUnset, envelopeForm.optional()),
  AUTO_PROMOTE_CHECK_INTERVAL_HOURS: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be a number from 1 to 168' })
      .min(1, { error: 'must be at least 1' })
      .max(168, { error: 'must be at most 168' })
      .default(6),
  ),
  CONFIDENCE_THRESHOLD: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be 0.90, 0.95 or 0.99' })
      .refine((value) => CONFIDENCE_THRESHOLDS.some((threshold) => threshold === value), {
        error: 'must be 0.90, 0.95 or 0.99',
      })
      .default(DEFAULT_POLICY.confidence),
  ),
  MIN_SAMPLE_SIZE: whole(
    'a whole number of impressions per variant',
    SAMPLE_SIZES.least,
    SAMPLE_SIZES.most,
    DEFAULT_POLICY.minimumImpressions,
  ),
  WINNER_BUDGET_PCT: share(WINNER_SHARES.least, WINNER_SHARES.most),
  LOSER_BUDGET_PCT: share(complement(WINNER_SHARES.most), complement(WINNER_SHARES.least)),
  PROMOTION_NOTIFICATION_WEBHOOK: url(['https:', 'http:']),
  ...NOTIFICATION_FIELDS,
  // It becomes a header: whoever else refused its form could show the key in the error.
  ANTHROPIC_API_KEY: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^[\x21-\x7e]{8,500}$/, {
        error: 'must be 8 to 500 printable ASCII characters without spaces',
      })
      .optional(),
  ),
  ANTHROPIC_BASE_URL: url(['http:', 'https:']),
  INSIGHTS_MODEL: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^[A-Za-z0-9._:/-]{1,100}$/, { error: 'must be the name of a model, as claude-sonnet-5-5' })
      .default('claude-sonnet-5-5'),
  ),
  INSIGHTS_MONTHLY_LIMIT: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: LIMIT_FORM })
      .min(0, { error: LIMIT_FORM })
      .max(100_000, { error: LIMIT_FORM })
      .default(10),
  ),
  INSIGHTS_PRICES: z.preprocess(
    blankIsUnset,
    z
      .string()
      .refine((value) => readPrices(value) !== null, {
        error:
          'must be a list of model=input/output in US dollars per million tokens, as claude-sonnet-5-5=3/15',
      })
      .optional(),
  ),
  ENCODER: z.preprocess(
    blankIsUnset,
    z
      .enum([...ENCODER_CHOICES, 'none'], { error: `must be ${ENCODER_CHOICES.join(', ')} or none` })
      .default('use-lite'),
  ),
  ENCODER_FOLDER: text,
  BRAND_NAMES: z.preprocess(
    (value) => (typeof value === 'string' ? blankIsUnset(value) && value.split(',') : value),
    brandNamesForm('names separated by commas').optional(),
  ),
  MANUAL_MINUTES_PER_CHECK: whole('minutes', 0, 600, 10),
  VOYAGE_API_KEY: text,
  SANDBOX_EXPERIMENTS: z.preprocess(
    blankIsUnset,
    z.enum(['first', 'none'], { error: 'must be first or none' }).default('first'),
  ),
  SANDBOX_ACCOUNTS: whole('a whole number', 1, 5, 1),
  MAX_CACHED_WORKFLOWS: whole('a whole number', 1, 10_000, 500),
  MAX_ACTIVITIES_AT_ONCE: whole('a whole number', 1, 100, 8),
  WORKER_METRICS_ADDRESS: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}$/i, {
        error: 'must be an IP address and a port, e.g. 127.0.0.1:9464',
      })
      .optional(),
  ),
});

/** The settings after their forms have been checked one by one. */
export type Given = z.output<typeof schema>;
