// Properties whose values look personal although their keys do not say so: a rule is one click away.

import { Button } from '@mantine/core';
import { Empty } from '../../parts/Empty.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useProposal } from '../../queries.ts';
import { titleOf } from '../plans/plan.ts';
import styles from './Govern.module.css';
import { lookWords } from './words.ts';

const days = 14;

export function PersonalHints({ onRule }: { onRule: (path: string) => void }) {
  const proposal = useProposal(days, true);
  const hints = (proposal.data?.seen ?? []).flatMap((event) =>
    event.properties.flatMap(({ path, looksLike }) => {
      const part = event.type === 'identify' || event.type === 'group' ? 'traits' : 'properties';
      return looksLike ? [{ event: titleOf(event), path: `${part}.${path}`, looksLike }] : [];
    }),
  );
  if (proposal.isPending) return <LoadingBlock height={80} />;
  if (proposal.error) return <ProblemNote error={proposal.error} onRetry={() => void proposal.refetch()} />;
  if (hints.length === 0) {
    return (
      <Empty title="No value looks personal">
        Of the last {days} days, what is stored was looked at for e-mail addresses, phone and card numbers.
      </Empty>
    );
  }
  return (
    <ul aria-label="Values that look personal">
      {hints.map(({ event, path, looksLike }) => (
        <li key={`${event} ${path}`} className={`${styles.choice} spread`}>
          <span>
            <code className="mono">{path}</code> of {event} <span className="quiet">has {lookWords[looksLike]}</span>
          </span>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => onRule(path)}
            aria-label={`Add a rule for ${path} of ${event}`}
          >
            Add a rule
          </Button>
        </li>
      ))}
    </ul>
  );
}
