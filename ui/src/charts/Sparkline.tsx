// A trend in the space of a word. The numbers stand beside it, so it is hidden from screen readers.

import { levelOfScore } from '../levels.ts';

const width = 72;
const height = 22;

/** Scores from old to new on a fixed scale of 0 to 100, the last one marked in the colour of its level. */
export function ScoreSparkline({ scores }: { scores: number[] }) {
  if (scores.length < 2) return <span className="faint">–</span>;
  const at = (score: number, index: number) => [
    2 + (index / (scores.length - 1)) * (width - 6),
    height - 3 - (score / 100) * (height - 6),
  ];
  const points = scores.map(at);
  const [x, y] = points[points.length - 1];
  const color = `var(--${levelOfScore(scores[scores.length - 1]).color})`;
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
      <circle cx={x} cy={y} r="2.6" fill={color} />
    </svg>
  );
}
