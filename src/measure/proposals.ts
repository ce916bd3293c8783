// What to test, from where people are lost [CBP-8]: at each step the people of one device, source, platform … are held
// against all others by a two-sample test of shares. Where they do significantly worse (Benjamini & Hochberg 1995, 5 % of
// all comparisons made), a test is proposed with what it could bring and how many people it needs.

import { falseDiscoveryRates, peoplePerArm, sharesPValue } from '../math/index.ts';

export type TestProposal = {
  /** The step that is not reached. */
  step: string;
  breakdown: string;
  value: string;
  rate: number;
  /** Of everybody else at the same step. */
  othersRate: number;
  pValue: number;
  /** People more at that step, were the rate that of the others. */
  couldBring: number;
  /** In each arm, to see half of the difference with 80 % power at 5 %. */
  peoplePerArm: number;
  sentence: string;
};

type Part = { name: string; values: readonly { value: string; people: readonly number[] }[] };

const FALSE_DISCOVERIES = 0.05;
const FEWEST_AT_STEP = 50;
const MOST_PROPOSALS = 5;

const partWords: Record<string, string> = {
  device_type: 'on the device',
  traffic_source: 'from the source',
  platform: 'on the platform',
  country: 'in the country',
  browser: 'in the browser',
};

/** The proposals that could bring most, at most five. */
export function proposeTests(
  steps: readonly { event: string }[],
  all: readonly number[],
  parts: readonly Part[],
): TestProposal[] {
  const compared = parts.flatMap(({ name, values }) =>
    values.flatMap(({ value, people }) =>
      steps.slice(1).flatMap(({ event }, i) => {
        const [own, others] = [people[i], all[i] - people[i]];
        if (own < FEWEST_AT_STEP || others < FEWEST_AT_STEP) return [];
        const [rate, othersRate] = [people[i + 1] / own, (all[i + 1] - people[i + 1]) / others];
        const pValue = sharesPValue(
          { count: people[i + 1], of: own },
          { count: all[i + 1] - people[i + 1], of: others },
        );
        return [{ step: event, before: steps[i].event, breakdown: name, value, own, rate, othersRate, pValue }];
      }),
    ),
  );
  return significant(compared)
    .filter(({ rate, othersRate }) => rate < othersRate)
    .map(({ before, own, ...found }) => {
      const couldBring = Math.round(own * (found.othersRate - found.rate));
      const inEachArm = peoplePerArm(found.rate, (found.rate + found.othersRate) / 2);
      return {
        ...found,
        couldBring,
        peoplePerArm: inEachArm,
        sentence: sentenceFor({ ...found, couldBring, peoplePerArm: inEachArm }, before),
      };
    })
    .sort((a, b) => b.couldBring - a.couldBring)
    .slice(0, MOST_PROPOSALS);
}

/** Those that stay when of all that are kept at most one in twenty is expected to be luck. */
function significant<Found extends { pValue: number }>(compared: readonly Found[]): Found[] {
  const rates = falseDiscoveryRates(compared.map(({ pValue }) => pValue));
  return compared.filter((_, i) => rates[i] <= FALSE_DISCOVERIES);
}

function sentenceFor(found: Omit<TestProposal, 'sentence'>, before: string): string {
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  const words = (event: string) => event.replaceAll('_', ' ');
  const where = `${partWords[found.breakdown] ?? `with ${found.breakdown}`} "${found.value}"`;
  return (
    `Of those at ${words(before)} ${where}, ${percent(found.rate)} go on to ${words(found.step)}; elsewhere ` +
    `${percent(found.othersRate)}. Test a change of that step there: at the others' rate ` +
    `${found.couldBring.toLocaleString('en-US')} more would, and ${found.peoplePerArm.toLocaleString('en-US')} people in each arm ` +
    'would show half of that.'
  );
}
