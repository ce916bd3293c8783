// Any CSV file, plain or gzipped, comma, semicolon, tab or bar between the columns, by a mapping of its columns.

import { Type } from 'typebox';
import { defineConnector, tableSettings } from './connector.ts';
import { mappingSettings, readByMapping } from './mapping.ts';

export const csv = defineConnector({
  name: 'csv',
  sentence: 'Any table in CSV, also gzipped; columns are found by name or by a mapping.',
  settings: Type.Object(
    {
      ...mappingSettings,
      ...tableSettings,
      columns: Type.Optional(
        Type.Array(Type.String({ minLength: 1 }), { description: 'Names of the columns of a file without a header.' }),
      ),
    },
    { additionalProperties: false },
  ),
  shapes: ['csv'],
  columns: [],
  conversionEvent: 'purchase',
  recognises: ({ shape }) => shape === 'csv',
  read: readByMapping,
});
