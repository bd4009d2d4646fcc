/** How well vectors of unit length find the paraphrase of a claim, and which cosine tells it from others. */

export interface Found {
  /** Share of texts whose partner is the nearest of all on the other side. */
  top1: number;
  /** Mean of 1 / rank of the partner. */
  mrr: number;
  /** The cosine from which two texts are called partners so that the F1 over all pairs is highest, and what it gives. */
  threshold: number;
  pairs: Score;
  /** The same if a text has at most one partner, its nearest: what the knowledge base does. */
  nearest: Score;
  /** F1 over the pairs of each half of the texts by the threshold of the other half, averaged. */
  f1OnOtherHalf: number;
}

export interface Score {
  f1: number;
  precision: number;
  recall: number;
}

/** The cosines of one text with its partner and with all others. */
interface Row {
  partner: number;
  others: readonly number[];
}

/** Row i of `claims` belongs to row i of `others`. Both directions count. */
export function findParaphrases(claims: readonly Float32Array[], others: readonly Float32Array[]): Found {
  const rows = [...rowsOf(claims, others), ...rowsOf(others, claims)];
  const ranks = rows.map(({ partner, others }) => 1 + others.filter((cosine) => cosine > partner).length);
  const threshold = bestThreshold(rows);
  const halves = [0, 1].map((half) => rows.filter((_, i) => (i % claims.length) % 2 === half));
  return {
    top1: mean(ranks.map((rank) => (rank === 1 ? 1 : 0))),
    mrr: mean(ranks.map((rank) => 1 / rank)),
    threshold,
    pairs: scoreAt(rows, threshold),
    nearest: scoreAt(rows.map(nearestAlone), threshold),
    f1OnOtherHalf: mean(halves.map((half, i) => scoreAt(half, bestThreshold(halves[1 - i]!)).f1)),
  };
}

function rowsOf(from: readonly Float32Array[], to: readonly Float32Array[]): Row[] {
  return from.map((vector, i) => {
    const cosines = to.map((other) => dot(vector, other));
    return { partner: cosines[i]!, others: cosines.filter((_, j) => j !== i) };
  });
}

/** Only the nearest may be called partner. */
function nearestAlone({ partner, others }: Row): Row {
  const rival = Math.max(...others);
  return partner >= rival ? { partner, others: [] } : { partner: -1, others: [rival] };
}

function bestThreshold(rows: readonly Row[]): number {
  const pairs = rows
    .flatMap(({ partner, others }) => [
      { cosine: partner, isPartner: true },
      ...others.map((cosine) => ({ cosine, isPartner: false })),
    ])
    .sort((a, b) => b.cosine - a.cosine);
  let partners = 0;
  let best = { f1: 0, threshold: 1 };
  for (const [index, { cosine, isPartner }] of pairs.entries()) {
    if (isPartner) partners++;
    const f1 = (2 * partners) / (index + 1 + rows.length);
    const next = pairs[index + 1]?.cosine ?? cosine - 1;
    // Midway to the next pair: the figure doesn't hang on the last bit of a cosine.
    if (f1 > best.f1 && next < cosine) best = { f1, threshold: (cosine + next) / 2 };
  }
  return best.threshold;
}

function scoreAt(rows: readonly Row[], threshold: number): Score {
  const right = rows.filter(({ partner }) => partner >= threshold).length;
  const wrong = rows.reduce(
    (sum, { others }) => sum + others.filter((cosine) => cosine >= threshold).length,
    0,
  );
  return {
    f1: (2 * right) / (right + wrong + rows.length),
    precision: right + wrong > 0 ? right / (right + wrong) : 1,
    recall: right / rows.length,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
