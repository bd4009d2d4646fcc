/** A confidence as a bar, with a mark at the threshold. */
const [WIDTH, HEIGHT] = [128, 12];

export function ConfidenceBar({ confidence, threshold }: { confidence: number; threshold: number }) {
  const x = (value: number) => Math.round(WIDTH * Math.max(0, Math.min(1, value)) * 10) / 10;
  return (
    <svg
      class={`confidence-bar ${confidence >= threshold ? 'above' : 'open'}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
    >
      <title>
        {confidence.toFixed(3)} of {threshold.toFixed(2)}
      </title>
      <rect class="ground" width={WIDTH} y="3" height="6" rx="3" />
      <rect class="range" width={x(confidence)} y="3" height="6" rx="3" />
      <line class="zero" x1={x(threshold)} x2={x(threshold)} y1="0" y2={HEIGHT} />
    </svg>
  );
}
