const WIDTH = 72;
const HEIGHT = 20;

/**
 * Usage of a meter over the months, oldest first.
 * @param shares 0–1000 of the largest month, as the contract gives them; null leaves a gap
 */
export function Sparkline({ shares, label }: { shares: readonly (number | null)[]; label: string }) {
  const points = pointsOf(shares);
  const last = points.at(-1)?.at(-1);
  if (last === undefined) return null;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} className="shrink-0 text-measured">
      {points.map((run) => (
        <polyline
          key={`${run[0]?.x}`}
          points={run.map(({ x, y }) => `${x},${y}`).join(' ')}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.25"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      ))}
      <circle cx={last.x} cy={last.y} r="1.75" fill="currentColor" />
    </svg>
  );
}

type Point = { readonly x: number; readonly y: number };

/** Pixel positions, one run of points per stretch without a gap. */
function pointsOf(shares: readonly (number | null)[]): Point[][] {
  const step = shares.length > 1 ? (WIDTH - 6) / (shares.length - 1) : 0;
  const runs: Point[][] = [[]];
  shares.forEach((share, index) => {
    if (share === null) runs.push([]);
    else runs.at(-1)?.push({ x: 3 + index * step, y: HEIGHT - 3 - (share / 1000) * (HEIGHT - 6) });
  });
  return runs.filter((run) => run.length > 0);
}
