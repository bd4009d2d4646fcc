/** The lines of a chart that stand for a lift, each with its whole percents: what has the digits is the table. */
export function GridLines(props: {
  /** Lifts, fractions. */
  values: readonly number[];
  /** The place of a lift, in the units of the drawing. */
  y: (value: number) => number;
  left: number;
  right: number;
}) {
  const { values, y, left, right } = props;
  return (
    <>
      {values.map((value) => (
        <>
          <line class={value === 0 ? 'zero' : 'grid'} x1={left} x2={right} y1={y(value)} y2={y(value)} />
          <text x={left - 6} y={y(value) + 4} text-anchor="end">
            {`${value > 0 ? '+' : ''}${Math.round(value * 100)} %`}
          </text>
        </>
      ))}
    </>
  );
}
