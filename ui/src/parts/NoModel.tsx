// There are events but no scores: what a model would tell, and the command that trains one, or that scores with the
// one that is there.

import { usePlace } from '../place.tsx';
import { Command } from './Command.tsx';
import { Panel } from './Panel.tsx';

export function NoModel() {
  const { model } = usePlace();
  if (model) {
    return (
      <Panel title="Nobody is scored yet" note="The model is trained. Scoring gives everyone a score with its reasons.">
        <Command text="npm run -s inkling -- score" />
      </Panel>
    );
  }
  return (
    <Panel
      title="No model yet"
      note="A model learns from the past who buys, and gives everyone a score with its reasons."
    >
      <p className="quiet">Train one on the events that are here. It takes a minute or two.</p>
      <Command text="npm run -s inkling -- train" />
    </Panel>
  );
}
