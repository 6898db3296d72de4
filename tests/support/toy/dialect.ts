import { exampleRecord } from '../../../shared/wire/cells.ts';
import { RECORDS_SHAPE, wrappedShape } from '../../../shared/wire/dialects/body-shape.ts';
import type { Dialect } from '../../../shared/wire/dialects/dialect.ts';
import { readElements } from '../../../shared/wire/dialects/records.ts';

/** A form of request that nobody sends: `{"patients": [{...}], "parameters": {...}}`. */
export const PATIENTS: Dialect = {
  name: 'patients',
  summary: 'Records of patients',
  wrapper: 'patients',
  test: () => true,
  read: readElements,
  examples: (schema) => [
    {
      name: 'patients',
      summary: 'Records of patients',
      value: { patients: [exampleRecord(schema)] },
      shape: wrappedShape('patients', RECORDS_SHAPE),
    },
  ],
  takesParameters: true,
  quick: true,
};
