// Intent over the last days, and where everyone stands today.

import { useMemo, useState } from 'react';
import type { IntentToday, Level } from '../../api.ts';
import { Figure } from '../../charts/Figure.tsx';
import { intentHistory } from '../../charts/intentHistory.ts';
import { isSkewed, scoreDistribution } from '../../charts/scoreDistribution.ts';
import { LevelToggles } from '../../parts/LevelToggles.tsx';
import { Term } from '../../parts/Term.tsx';

export function IntentCharts({ intent }: { intent: IntentToday }) {
  const [shown, setShown] = useState<Level[]>(['HIGH', 'MEDIUM']);
  const history = useMemo(() => ({ history: intent.history, shown }), [intent.history, shown]);
  return (
    <div className="grid">
      <Figure
        className="span8"
        title="People by intent"
        name="People by intent"
        note={historyNote(intent.history.length)}
        chart={intentHistory}
        data={history}
      >
        <LevelToggles shown={shown} onChange={setShown} />
      </Figure>
      <Figure
        className="span4"
        title={
          <>
            People by <Term name="score">score</Term>
          </>
        }
        name="People by score"
        note={isSkewed(intent.distribution) ? 'Today. Each line is ten times the one below.' : 'Today.'}
        chart={scoreDistribution}
        data={intent.distribution}
        height={294}
      />
    </div>
  );
}

function historyNote(days: number): string {
  if (days < 2) return 'One day with scores so far; the line begins with the second.';
  return `At the last scoring of each of ${days} days.`;
}
