// What was acknowledged and not stored, by category and reason: nothing is lost in silence.

import type { Withheld } from '../../api.ts';
import { plural, titled, words } from '../../format.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { reasonWords, withoutConsentWords } from './words.ts';

export function WithheldEvents({ withheld: { withheld, days } }: { withheld: Withheld }) {
  return (
    <Panel title="Not stored" note={`For want of consent, in the last ${days} days.`}>
      {withheld.length === 0 ? (
        <Empty title="Everything was stored">Nobody said no to what their events are for.</Empty>
      ) : (
        <ul>
          {withheld.map(({ category, reason, kept, events }) => (
            <li key={`${category} ${reason} ${kept}`} className="spread">
              <span>
                {titled(words(category))}: {reasonWords[reason]}{' '}
                <span className="faint small">
                  {withoutConsentWords.find(({ value }) => value === kept)?.label.toLowerCase()}
                </span>
              </span>
              <span className="faint small number">{plural(events, 'event', 'events')}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
