// Any Parquet file, whatever its compression, by a mapping of its columns; row groups are read one after another.

import { Type } from 'typebox';
import { defineConnector } from './connector.ts';
import { mappingSettings, readByMapping } from './mapping.ts';

export const parquet = defineConnector({
  name: 'parquet',
  sentence: 'Any table in Parquet; columns are found by name or by a mapping.',
  settings: Type.Object(mappingSettings, { additionalProperties: false }),
  shapes: ['parquet'],
  columns: [],
  conversionEvent: 'purchase',
  recognises: ({ shape }) => shape === 'parquet',
  read: readByMapping,
});
