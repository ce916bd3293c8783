// Ids that stand for nobody, such as the text "null": left out of their events, for they would make one person of many.

import type { Live } from '../../api.ts';
import { plural } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';

export function IgnoredIds({ ids }: { ids: Live['ignoredIds'] }) {
  if (ids.length === 0) return null;
  return (
    <Panel
      title="Ids of nobody"
      note="In the last 24 hours. The events are kept under another id of theirs; leave these out where they are sent."
    >
      <ul>
        {ids.map(({ field, value, events }) => (
          <li key={`${field} ${value}`} className="spread">
            <span>
              <code className="mono">{field}</code>
              {value && (
                <>
                  {' '}
                  was <code className="mono">{JSON.stringify(value)}</code>
                </>
              )}
            </span>
            <span className="faint small number">{plural(events, 'event', 'events')}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
