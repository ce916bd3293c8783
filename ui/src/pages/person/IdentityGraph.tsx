// The identifiers as a wheel: the best known in the middle, the others around it, a line for each piece of evidence.
// With more than a dozen the rest is counted, not drawn; the list below the picture has them all.

import type { Identity } from '../../api.ts';
import { shortened } from '../../format.ts';
import styles from './IdentityGraph.module.css';

const width = 360;
const height = 190;
const mostDrawn = 12;
const rank = ['user', 'e-mail', 'phone', 'anonymous'];

export function IdentityGraph({ identity }: { identity: Identity }) {
  const sorted = [...identity.nodes].sort((a, b) => rankOf(a.type) - rankOf(b.type));
  const drawn = sorted.slice(0, mostDrawn);
  const places = new Map(drawn.map((node, index) => [node.whole, placeOf(index, drawn.length)]));
  const lines = identity.evidence.flatMap((piece) => {
    const from = places.get(piece.a);
    const to = places.get(piece.b);
    return from && to && !piece.revoked && piece.method !== 'apart'
      ? [{ key: `${piece.at} ${piece.method} ${piece.a} ${piece.b}`, from, to }]
      : [];
  });
  const label = `${identity.nodes.length} identifiers and ${identity.evidence.length} links between them, listed below.`;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} className={styles.graph} role="img" aria-label={label}>
      {lines.map(({ key, from, to }) => (
        <line key={key} x1={from.x} y1={from.y} x2={to.x} y2={to.y} className={styles.link} />
      ))}
      {drawn.map((node) => {
        const { x, y } = places.get(node.whole) ?? { x: 0, y: 0 };
        const known = !node.type.startsWith('anonymous');
        return (
          <g key={node.whole} transform={`translate(${x} ${y})`}>
            <circle r={known ? 9 : 7} className={known ? styles.known : styles.anonymous} />
            <text y={known ? 24 : 21} className={styles.label}>
              {shortened(node.identifier, 18)}
            </text>
          </g>
        );
      })}
      {sorted.length > mostDrawn && (
        <text x={width - 4} y={height - 6} className={styles.more}>
          and {sorted.length - mostDrawn} more
        </text>
      )}
    </svg>
  );
}

function rankOf(type: string): number {
  const at = rank.findIndex((name) => type.toLowerCase().startsWith(name));
  return at === -1 ? rank.length : at;
}

/** The first in the middle, the others on an ellipse around it. */
function placeOf(index: number, total: number) {
  const middle = { x: width / 2, y: height / 2 - 8 };
  if (total === 2) return { x: middle.x + (index === 0 ? -80 : 80), y: middle.y };
  if (index === 0) return middle;
  const around = total - 1;
  const angle = (around === 2 ? 0 : -Math.PI / 2) + ((index - 1) / around) * 2 * Math.PI;
  return { x: middle.x + 120 * Math.cos(angle), y: middle.y + 66 * Math.sin(angle) };
}
