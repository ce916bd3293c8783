// A saved model on another table: predictions for every row, and how good they are where the table holds the label.
import { encode, unseenNotes } from './encoding.ts';
import type { Scored } from './experiment.ts';
import { type Figures, judge } from './figures.ts';
import { readOutcomes } from './label.ts';
import type { SavedModel } from './modelFile.ts';
import type { Table } from './table/table.ts';

export type Prediction = {
  file: string;
  rows: number;
  /** Of all predictions. */
  mean: number;
  /** Absent when the table does not hold the label. */
  figures?: Figures;
  judgedRows?: number;
  secondsPredict: number;
  notes: readonly string[];
};

/** Predicts every row of a table; `scored` has the outcomes where they are known. */
export function predict(saved: SavedModel, table: Table) {
  const { x, unseen } = encode(table, saved.features);
  const notes = unseenNotes(unseen);
  const start = performance.now();
  const p = saved.model.predict(x);
  const secondsPredict = (performance.now() - start) / 1000;
  const places = Int32Array.from(p.keys());
  const judged = judgeKnown(saved, table, p);
  const prediction: Prediction = {
    file: table.file,
    rows: table.rows,
    mean: p.reduce((sum, one) => sum + one, 0) / p.length,
    ...(judged === undefined ? {} : { figures: judged.figures, judgedRows: judged.scored.y.length }),
    secondsPredict,
    notes,
  };
  return { prediction, predictions: { places, p, y: judged?.y }, scored: judged?.scored };
}

function judgeKnown({ label }: SavedModel, table: Table, p: Float64Array) {
  if (label === undefined || !table.columns.some(({ name }) => name === label.column)) return undefined;
  const y = readOutcomes(table, label);
  const places = Int32Array.from(y.keys()).filter((r) => !Number.isNaN(y[r]));
  if (places.length === 0) return undefined;
  const scored: Scored = {
    places,
    y: Float32Array.from(places, (r) => y[r]),
    p: Float64Array.from(places, (r) => p[r]),
  };
  return { y, scored, figures: judge(label.kind, scored.y, scored.p) };
}
