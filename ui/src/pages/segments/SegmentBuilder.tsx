// A segment of one's own: drag the range over today's scores, see about how many it holds, name it.

import { Button, RangeSlider, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Bin, SegmentRequest } from '../../api.ts';
import { plural, words } from '../../format.ts';
import { levelOfScore, scoresOf } from '../../levels.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useCreateSegment, useOverview } from '../../queries.ts';
import styles from './SegmentBuilder.module.css';

export function SegmentBuilder() {
  const [range, setRange] = useState<[number, number]>([55, 80]);
  const [name, setName] = useState('');
  const [category, setCategory] = useState<string | null>(null);
  const [made, setMade] = useState('');
  const create = useCreateSegment();
  const intent = useOverview().data?.intent;
  const bins = intent?.distribution ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const request: SegmentRequest = { name: name.trim(), minScore: range[0], maxScore: range[1] };
    if (category !== null) request.productCategory = category;
    create.mutate(request, {
      onSuccess: (segment) => {
        setMade(`${segment.name} is saved.`);
        setName('');
      },
    });
  };
  return (
    <Panel title="A segment of your own" note="Any range of scores. It follows the scores from day to day.">
      <form onSubmit={submit} className={styles.form}>
        <div className={styles.range}>
          {bins.length > 0 && <Histogram bins={bins} range={range} />}
          <RangeSlider
            value={range}
            onChange={setRange}
            min={0}
            max={100}
            minRange={0}
            label={null}
            thumbFromLabel="Lowest score"
            thumbToLabel="Highest score"
          />
        </div>
        <p className={styles.size} aria-live="polite">
          Score {range[0]} to {range[1]}
          {bins.length > 0 && category === null && (
            <>: about {plural(estimate(bins, range), 'person', 'people')} today</>
          )}
        </p>
        <div className={styles.save}>
          <TextInput
            aria-label="Name of the segment"
            placeholder="Name it, such as “Warm, not hot”"
            required
            className={styles.name}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {intent && intent.categories.length > 0 && (
            <Select
              aria-label="Category of the segment"
              placeholder="Any category"
              clearable
              searchable
              value={category}
              onChange={setCategory}
              data={intent.categories.map((row) => ({ value: row.category, label: words(row.category) }))}
            />
          )}
          <Button type="submit" loading={create.isPending}>
            Save the segment
          </Button>
        </div>
        {create.error && <ProblemNote error={create.error} />}
        <p role="status" className="small quiet">
          {made}
        </p>
      </form>
    </Panel>
  );
}

function Histogram({ bins, range }: { bins: Bin[]; range: [number, number] }) {
  const tallest = Math.max(...bins.map(({ people }) => people), 1);
  return (
    <div className={styles.bars} aria-hidden="true">
      {bins.map((bin) => (
        <span
          key={bin.from}
          style={{
            // The square root keeps the small groups of high scores visible beside the many low ones.
            height: `${Math.sqrt(bin.people / tallest) * 100}%`,
            background: `var(--${levelOfScore(bin.from).color})`,
            opacity: bin.from >= range[0] - 4 && bin.from <= range[1] ? 1 : 0.25,
          }}
        />
      ))}
    </div>
  );
}

/** People in the range, taking each bin's people as evenly spread over its scores. */
function estimate(bins: Bin[], [low, high]: [number, number]): number {
  const inside = bins.map(({ people }, index) => {
    const [from, to] = scoresOf(bins, index);
    const shared = Math.min(high, to) - Math.max(low, from) + 1;
    return shared <= 0 ? 0 : (people * shared) / (to - from + 1);
  });
  return Math.round(inside.reduce((sum, people) => sum + people, 0));
}
