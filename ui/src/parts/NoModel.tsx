// There are events but no model: what a model would tell, and the command that trains one.

import { Command } from './Command.tsx';
import { Panel } from './Panel.tsx';

export function NoModel() {
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
