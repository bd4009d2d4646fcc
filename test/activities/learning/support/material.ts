import { setImmediate as otherWork } from 'node:timers/promises';
import type pg from 'pg';
import type { Encoders } from '../../../../src/clients/encoder/encoders.js';
import { ENCODERS } from '../../../../src/clients/encoder/info.js';
import { textHash } from '../../../../src/clients/encoder/text-hash.js';
import type { EncodedText, Encoder, EncoderName } from '../../../../src/clients/encoder/types.js';
import type { Store } from '../../../../src/clients/postgres/types.js';
import { HOUR_MS } from '../../../../src/domain/time.js';
import { aDecision, anotherExperiment } from '../../../clients/postgres/fixtures.js';

/** Numbers between -1 and 1 that the text alone decides. */
function vectorOf(text: string, length: number, unit: boolean): Float32Array {
  let state = Number.parseInt(textHash(text).slice(0, 8), 16);
  const vector = Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const norm = unit ? Math.hypot(...vector) : 1;
  return vector.map((value) => value / norm);
}

/** Encoders that take no time. Their vectors have the lengths of the real ones. */
export function quickEncoders(onEncode: () => void = () => {}): Encoders {
  const encoderOf = (name: EncoderName): Encoder => ({
    info: ENCODERS[name],
    async encode(texts) {
      onEncode();
      const { layers, sentence } = ENCODERS[name];
      const encoded: EncodedText[] = [];
      for (const text of texts) {
        encoded.push({
          layers: layers.map((length, i) => vectorOf(`${i} ${text}`, length, false)),
          sentence: vectorOf(text, sentence, true),
        });
        await otherWork();
      }
      return encoded;
    },
    async close() {},
  });
  return { get: encoderOf, missing: () => null, async close() {} };
}

const OPENINGS = ['Why', 'How', 'When', 'Look how', 'Here is why', 'Nobody knows why', 'This is where'];
const THINGS = ['shoes', 'coats', 'dogs', 'your neighbours', 'she', 'we', 'old friends', 'five teachers'];
const ENDS = ['run far', 'stay warm', 'never give up', 'laugh at rain', 'went home early', 'changed my mind'];

function headline(number: number): string {
  const pick = (words: readonly string[], step: number) => words[Math.floor(number / step) % words.length]!;
  const [opening, thing, end] = [pick(OPENINGS, 1), pick(THINGS, 7), pick(ENDS, 56)];
  return `${opening} ${thing} ${end} in ${number} days${number % 3 === 0 ? '?' : '.'}`;
}

/** `count` tests of four headlines each that have ended after one look. */
export async function seedDecidedTests(
  { store, pool, accountId }: { store: Store; pool: pg.Pool; accountId: string },
  count: number,
): Promise<void> {
  const experiment = anotherExperiment('template', 1, { accountId });
  const [control, challenger] = experiment.variants;
  const variants = [0, 1, 2, 3].map((i) => ({
    ...(i === 0 ? control! : challenger!),
    ...{ id: `v${i}`, adId: `ad_${i}`, adSetId: `set_${i}` },
  }));
  await store.createExperiment({ ...experiment, variants });
  const [pair] = aDecision().pairs;
  const decision = aDecision({
    experimentId: 'template',
    leaderVariantId: null,
    metrics: Object.fromEntries(variants.map(({ id }, i) => [id, metricsOf(150 + 20 * i)])),
    pairs: [1, 2, 3].map((i) => ({
      ...pair!,
      ...{ variantA: 'v0', variantB: `v${i}` },
      evidence: { ...pair!.evidence, theta: 0.1 * i, se: 0.1 },
    })),
  });
  await store.saveDecision(decision, {});
  const tests = Array.from({ length: count }, (_, number) => ({
    experiment_id: `t${String(number).padStart(5, '0')}`,
    state: 'no_winner',
    ended_at: new Date(experiment.startedAt + number * HOUR_MS).toISOString(),
    headlines: variants.map((_variant, i) => headline(4 * number + i)),
  }));
  const changes = {
    ab_tests: 'test',
    ab_test_variants: "test || jsonb_build_object('headline', test->'headlines'->(old.position::int))",
    decisions: 'test',
  };
  for (const [table, change] of Object.entries(changes)) {
    await pool.query(
      `insert into auto_promotion.${table}
        select (jsonb_populate_record(old, ${change})).*
        from auto_promotion.${table} old cross join jsonb_array_elements($1::jsonb) each (test)
        where (old.account_id, old.experiment_id) = ($2, 'template')`,
      [JSON.stringify(tests), accountId],
    );
  }
  // The server does the same by itself, but not at once.
  await pool.query('analyze');
}

const metricsOf = (linkClicks: number) => ({
  ...{ impressions: 9_000, clicks: 300, linkClicks },
  ...{ spend: 1_000, conversions: 5, revenue: 0 },
});
