// The figures and curves an analyst asks for, each explained in one sentence and beside what it has to beat.

import type { Performance } from '../../api.ts';
import { calibration } from '../../charts/calibration.ts';
import { Figure } from '../../charts/Figure.tsx';
import { gain, lift, precisionRecall, roc } from '../../charts/modelCurves.ts';
import { decimal, percent } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { Stats } from '../../parts/Stats.tsx';
import { Term } from '../../parts/Term.tsx';

export function Quality({ performance }: { performance: Performance }) {
  const { holdout } = performance;
  const baseRate = holdout.people > 0 ? holdout.conversions / holdout.people : null;
  return (
    <>
      <Panel title="Quality" note="On the holdout. Hover or focus a word to read what it means.">
        <Stats stats={figures(performance, baseRate)} />
      </Panel>
      <div className="grid">
        <Figure
          className="span6"
          title={<Term name="calibration">Is 30% really 30%?</Term>}
          name="Calibration"
          note="Each point is a tenth of the people, with its interval."
          chart={calibration}
          data={performance}
          height={300}
        />
        <Figure
          className="span6"
          title={<Term name="roc">Telling buyers from others</Term>}
          name="ROC curve"
          note={`Dashed: the rule to beat, ${performance.baselineName}.`}
          chart={roc}
          data={performance}
          height={300}
        />
        <Figure
          className="span4"
          title={<Term name="pr">How right, how many</Term>}
          name="Precision and recall"
          note="Dashed: calling at random."
          chart={precisionRecall}
          data={performance}
          height={270}
        />
        <Figure
          className="span4"
          title={<Term name="lift">Better than random</Term>}
          name="Lift"
          note="Buyers in each tenth, against a random tenth."
          chart={lift}
          data={performance}
          height={270}
        />
        <Figure
          className="span4"
          title={<Term name="gain">Buyers reached</Term>}
          name="Gain"
          note="When the highest scores are addressed first."
          chart={gain}
          data={performance}
          height={270}
        />
      </div>
    </>
  );
}

function figures(performance: Performance, baseRate: number | null) {
  const { auc, aucInterval, prAuc, logLoss, brier, calibrationError, baselineAuc, baselineName, logisticAuc } =
    performance;
  return [
    {
      name: <Term name="auc">ROC AUC</Term>,
      value: decimal(auc, 3),
      note: aucInterval && `${decimal(aucInterval[0], 3)} to ${decimal(aucInterval[1], 3)}`,
    },
    { name: <Term name="baseline">Rule to beat</Term>, value: decimal(baselineAuc, 3), note: baselineName },
    { name: 'Logistic regression', value: decimal(logisticAuc, 3), note: 'ROC AUC' },
    {
      name: <Term name="prAuc">PR AUC</Term>,
      value: decimal(prAuc, 3),
      note: baseRate !== null && `at random ${decimal(baseRate, 3)}`,
    },
    {
      name: <Term name="calibrationError">Calibration error</Term>,
      value: percent(calibrationError),
      note: 'lower is better',
    },
    { name: <Term name="brier">Brier score</Term>, value: decimal(brier, 3), note: 'lower is better' },
    { name: <Term name="logLoss">Log loss</Term>, value: decimal(logLoss, 3), note: 'lower is better' },
  ];
}
