// A trend in the space of a word. The numbers stand beside it, so it is hidden from screen readers.

import { levelOfScore } from '../levels.ts';

const width = 72;
const height = 22;

/** Scores from old to new on a fixed scale of 0 to 100, the last one marked in the colour of its level. */
export function ScoreSparkline({ scores }: { scores: number[] }) {
  if (scores.length < 2) return <span className="faint">–</span>;
  return <Line values={scores} most={100} color={levelOfScore(scores[scores.length - 1]).color} />;
}

/** Counts from old to new on a scale from 0. */
export function CountSparkline({ counts }: { counts: number[] }) {
  if (counts.length < 2) return <span className="faint">–</span>;
  return <Line values={counts} most={Math.max(1, ...counts)} color="accent" />;
}

function Line({ values, most, color }: { values: number[]; most: number; color: string }) {
  const at = (value: number, index: number) => [
    2 + (index / (values.length - 1)) * (width - 6),
    height - 3 - (value / most) * (height - 6),
  ];
  const points = values.map(at);
  const [x, y] = points[points.length - 1];
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      style={{ display: 'block' }}
    >
      <polyline
        points={points.map((point) => point.map((part) => part.toFixed(1)).join(',')).join(' ')}
        fill="none"
        stroke="var(--ink-faint)"
        strokeWidth="1.4"
        strokeLinejoin="round"
        opacity="0.75"
      />
      <circle cx={x} cy={y} r="2.6" fill={`var(--${color})`} />
    </svg>
  );
}
