// How a pair was weighed, in words: where it starts, what each field adds or takes, and what comes out.

import { signed, words } from '../format.ts';

type Weight = { comparison?: unknown; words?: unknown; weight?: unknown };

export function Weights({ of }: { of: Readonly<Record<string, unknown>> }) {
  const weights = Array.isArray(of['weights']) ? (of['weights'] as Weight[]) : [];
  if (weights.length === 0) return null;
  const total = of['weight'];
  const start = of['prior'];
  return (
    <ul className="small quiet" aria-label="How it was weighed">
      {typeof total === 'number' && typeof start === 'number' && (
        <Line text="Any two people, before anything is compared" weight={start} />
      )}
      {weights.map((part) => (
        <Line
          key={String(part.comparison)}
          text={typeof part.words === 'string' ? part.words : words(String(part.comparison))}
          weight={part.weight}
        />
      ))}
      {typeof total === 'number' && <Line text="In all" weight={total} />}
    </ul>
  );
}

function Line({ text, weight }: { text: string; weight: unknown }) {
  return (
    <li>
      {text} <span className="number faint">{typeof weight === 'number' && signed(weight, 1)}</span>
    </li>
  );
}
