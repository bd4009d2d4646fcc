/** A confidence as a bar, with a mark at the threshold, and a fainter one at the best so far if that was higher. */
const [WIDTH, HEIGHT] = [128, 12];

export function ConfidenceBar({
  confidence,
  best,
  threshold,
}: {
  confidence: number;
  best: number;
  threshold: number;
}) {
  const x = (value: number) => Math.round(WIDTH * Math.max(0, Math.min(1, value)) * 10) / 10;
  return (
    <svg
      class={`confidence-bar ${best >= threshold ? 'above' : 'open'}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
    >
      <title>
        {confidence.toFixed(3)} now, {best.toFixed(3)} at best, of {threshold.toFixed(2)}
      </title>
      <rect class="ground" width={WIDTH} y="3" height="6" rx="3" />
      {best > confidence && <rect class="best" width={x(best)} y="3" height="6" rx="3" />}
      <rect class="range" width={x(confidence)} y="3" height="6" rx="3" />
      <line class="zero" x1={x(threshold)} x2={x(threshold)} y1="0" y2={HEIGHT} />
    </svg>
  );
}
