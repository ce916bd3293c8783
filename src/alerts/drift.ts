// Drift [WH-14]: the scores, or one of the signals that drive them most, are spread otherwise than among the people that
// the model learned from. Measured each night (predict/drift.ts); here it is only read.

import { Type } from 'typebox';
import { findActiveModel, PSI_MAJOR, readDrift } from '../predict/index.ts';
import { alert } from './alert.ts';

export const drift = alert({
  name: 'drift',
  sentence: 'Scores, or a signal that drives them, are spread otherwise than in training, beyond chance.',
  settings: Type.Object({
    psi: Type.Number({
      minimum: 0.1,
      maximum: 10,
      default: PSI_MAJOR,
      description: 'The population stability index from which on a spread counts as another.',
    }),
    drivers: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 10,
      description: 'How many of the signals that drive the scores most are looked at.',
    }),
  }),
  look: async (store, { workspace, settings }) => {
    const model = await findActiveModel(store, workspace);
    const report = model && (await readDrift(store, model));
    if (model === undefined || report === undefined) return undefined;
    const { falseDiscoveries } = report.thresholds;
    const strongest = [...report.signals].sort((a, b) => b.importance - a.importance).slice(0, settings.drivers);
    const moved = strongest.filter(({ psi, qValue }) => psi >= settings.psi && qValue <= falseDiscoveries);
    const { score } = report;
    const isMoved = score !== null && score.psi >= settings.psi && score.pValue <= falseDiscoveries;
    if (!isMoved && moved.length === 0) return undefined;
    const parts = [
      ...(isMoved ? [`the scores (PSI ${score.psi.toFixed(2)})`] : []),
      ...moved.map(({ signal, psi }) => `${signal.replaceAll('_', ' ')} (PSI ${psi.toFixed(2)})`),
    ];
    return {
      message: `Of "${model.name}" ${parts.join(', ')} ${parts.length === 1 ? 'is' : 'are'} spread otherwise than in training.`,
      hint: 'Look at the model: has a source stopped or begun to send, or do other people come? If they do, train a challenger.',
      since: new Date(report.now),
    };
  },
});
