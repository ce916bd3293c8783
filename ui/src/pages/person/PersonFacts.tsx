// The figures beside the score: how sure and why, when, what, and what the person was worth so far.

import type { Person } from '../../api.ts';
import { money, percent, plural, relative, shortDay, shortDayYear, stamp, unknown, words } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { Stats } from '../../parts/Stats.tsx';
import { Term } from '../../parts/Term.tsx';
import { useCurrency, useNow, useZone } from '../../place.tsx';

export function PersonFacts({ person }: { person: Person }) {
  const zone = useZone();
  const now = useNow(60);
  const currency = useCurrency();
  const { intent } = person;
  return (
    <Panel title="At a glance" note={intent?.confidenceReason}>
      <Stats
        columns={4}
        stats={[
          ...(intent
            ? [
                {
                  name: 'Chance to buy',
                  value: percent(intent.probability),
                  note: `within ${intent.timeframeDays} days`,
                },
                {
                  name: <Term name="confidence">Confidence</Term>,
                  value: percent(intent.confidence),
                  note: confidenceWord(intent.confidence),
                },
                {
                  name: 'Expected around',
                  value: shortDay(intent.predictedConversionDate, zone),
                  note: intent.predictedConversionDate
                    ? relative(intent.predictedConversionDate, now)
                    : 'too unlikely to name a day',
                },
                {
                  name: 'Leans to',
                  value: intent.category ? words(intent.category) : unknown,
                  note: intent.category ? undefined : 'no category seen',
                },
              ]
            : []),
          {
            name: 'Bought so far',
            value: plural(person.purchases, 'time', 'times'),
            note: person.purchases > 0 ? `for ${spent(person, currency)} in all` : undefined,
          },
          { name: 'Last seen', value: relative(person.lastSeenAt, now), note: stamp(person.lastSeenAt, zone) },
          {
            name: 'Known since',
            value: shortDayYear(person.firstSeenAt, zone),
            note: plural(person.events, 'event', 'events'),
          },
          {
            name: 'Seen on',
            value: person.platforms.length > 0 ? person.platforms.map(words).join(', ') : unknown,
            note: [person.country, person.deviceType].filter(Boolean).join(', ') || undefined,
          },
        ]}
      />
    </Panel>
  );
}

/** Sums in different currencies stand side by side. */
function spent({ revenue, purchases, otherCurrencies }: Person, currency: string | null): string {
  const others = otherCurrencies.map((other) => money(other.revenue, other.currency));
  const elsewhere = otherCurrencies.reduce((sum, other) => sum + other.purchases, 0);
  return [...(purchases > elsewhere ? [money(revenue, currency)] : []), ...others].join(' and ');
}

function confidenceWord(confidence: number): string {
  return confidence >= 0.75 ? 'much to go on' : confidence >= 0.5 ? 'enough to go on' : 'little to go on';
}
