// A made-up run of discovery for the stand-in server.

import type { DiscoveredGroup, DiscoveryRun } from '../../ui/src/api.ts';

export function discoveryOf(asOf: string): DiscoveryRun {
  return {
    id: 'discovery-1',
    status: 'DONE',
    progress: 1,
    asOf,
    startedAt: asOf,
    finishedAt: asOf,
    failure: null,
    result: {
      people: { known: 900, habitual: 420, leastVisits: 6, learnedFrom: 420 },
      refusal: null,
      groups: [
        group('Explorers', 'explorer', 260, [
          ['lists', 'Lists browsed per visit', 1.4, 'Browsed 2.9 product lists per visit in the last 30 days'],
          ['purchases', 'Purchases', -1.1, 'Made 0 purchases per 90 days'],
        ]),
        group('Visit often, fill large baskets', null, 160, [
          ['visits', 'Visits', 1.2, 'Made 41 visits in the last 90 days'],
          ['basket', 'Size of the basket', 0.9, 'Buys 3 different products at a time'],
        ]),
      ],
    },
  };
}

type Way = [behaviour: string, label: string, deviations: number, words: string];

function group(name: string, type: string | null, size: number, ways: Way[]): DiscoveredGroup {
  return {
    name,
    type,
    definition:
      type && 'Browse at least 0.6 deviations more lists per visit and buy at least 0.5 less often than is usual.',
    size,
    share: size / 420,
    differences: ways.map(([behaviour, label, deviations, words]) => ({ behaviour, label, deviations, words })),
    rule: { all: [{ kind: 'signal', signal: 'visits_90d', op: 'at_least', value: 6 }] },
    sentence: 'People who signal visits_90d is at least 6',
    fidelity: {
      people: 168,
      precision: 0.91,
      precisionInterval: [0.85, 0.95],
      recall: 0.84,
      recallInterval: [0.77, 0.89],
      f1: 0.87,
    },
  };
}
