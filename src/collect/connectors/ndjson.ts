// Any file of one JSON object per line, plain or gzipped, by a mapping of its keys; a dot reaches inside an object.

import { Type } from 'typebox';
import { defineConnector } from './connector.ts';
import { mappingSettings, readByMapping } from './mapping.ts';

export const ndjson = defineConnector({
  name: 'ndjson',
  sentence: 'Any file of one JSON object per line, also gzipped; keys are found by name or by a mapping.',
  settings: Type.Object(mappingSettings, { additionalProperties: false }),
  shapes: ['objects'],
  columns: [],
  conversionEvent: 'purchase',
  recognises: ({ shape }) => shape === 'objects',
  read: readByMapping,
});
