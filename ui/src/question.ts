// The question of a model as a person would ask it.

import type { ModelRow } from './api.ts';
import { words } from './format.ts';

export function questionOf(model: Pick<ModelRow, 'conversionEvent' | 'productCategory' | 'timeframeDays'>): string {
  const what = model.conversionEvent === 'purchase' ? 'buys' : `does “${words(model.conversionEvent).toLowerCase()}”`;
  const of = model.productCategory === null ? '' : ` (${words(model.productCategory).toLowerCase()})`;
  return `Who ${what}${of} within ${model.timeframeDays} ${model.timeframeDays === 1 ? 'day' : 'days'}?`;
}
