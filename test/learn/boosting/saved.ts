// Boosted models as they are saved.
import type { FittedModel } from '../../../src/learn/index.ts';

export type SavedTree = {
  column: number[];
  threshold: number[];
  missingLeft: number[];
  left: number[];
  right: number[];
  value: number[];
  cover: number[];
  gain: number[];
  categories?: number[][];
};

export const savedTrees = (model: FittedModel) => (model.toJSON() as { trees: SavedTree[] }).trees;
