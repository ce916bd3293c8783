// From what the model was made, so that it can be made again: the data, the snapshots, the signals, the code, the
// seed and the settings.

import type { Lineage, Model } from '../../api.ts';
import { count, day, percent, stamp, value, words } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { Term } from '../../parts/Term.tsx';
import { useZone } from '../../place.tsx';
import { questionOf } from '../../question.ts';
import styles from './LineagePanel.module.css';

const uses: Record<string, string> = { train: 'learn', test: 'test', deploy: 'learn once more, for use' };

export function LineagePanel({ lineage, model }: { lineage: Lineage; model: Model }) {
  const zone = useZone();
  return (
    <Panel title="From what it was made" note={lineage.note ?? 'Enough to make it again, bit for bit.'}>
      <dl className={styles.facts}>
        <Fact name="Data">
          {day(lineage.dataFrom, zone)} to {day(lineage.dataTo, zone)}
        </Fact>
        <Fact name="Question">{questionOf(model)}</Fact>
        <Fact name="Event that counts">
          <span className="mono">{model.conversionEvent}</span>
        </Fact>
        <Fact name={<Term name="signalSet">Signals</Term>}>
          {count(lineage.signals.length)}, set <span className="mono">{lineage.signalSet}</span>
        </Fact>
        <Fact name="Trained">
          {stamp(model.trainedOn, zone)}, in {secondsOf(lineage.seconds)}
        </Fact>
        <Fact name="Code and seed">
          <span className="mono">{lineage.codeVersion}</span>, seed {lineage.seed}
        </Fact>
        <Fact name="Settings">
          <Choices of={lineage.settings} />
        </Fact>
        {lineage.choice && (
          <Fact name="Chosen on held-out people">
            <Choices of={lineage.choice} />
          </Fact>
        )}
      </dl>
      <h3 className="small quiet">
        <Term name="snapshot">Snapshots</Term>
      </h3>
      <DataTable
        label="Snapshots"
        table={{
          columns: ['As of', 'Used to', 'People', 'Buyers', 'Share'],
          rows: lineage.snapshots.map(({ asOf, role, people, conversions }) => [
            day(asOf, zone),
            uses[role] ?? role,
            people,
            conversions,
            people > 0 ? percent(conversions / people) : null,
          ]),
        }}
      />
    </Panel>
  );
}

function Fact({ name, children }: { name: React.ReactNode; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function secondsOf(seconds: Lineage['seconds']): string {
  return `${value(Object.values(seconds).reduce((sum, part) => sum + part, 0))} seconds`;
}

function Choices({ of }: { of: Record<string, unknown> }) {
  return (
    <span className={styles.settings}>
      {Object.entries(of).map(([name, setting]) => (
        <span key={name}>
          {words(name)} <span className="mono">{JSON.stringify(setting)}</span>
        </span>
      ))}
    </span>
  );
}
