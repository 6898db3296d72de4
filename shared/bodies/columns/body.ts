import { ModelError } from '../../errors.ts';
import type { BodyKind } from '../kind.ts';

/** A pipeline without a model behind it has nothing to keep: its columns are the answer. */
export type Columns = Record<string, never>;

/** What a pipeline gives, as the answer: a trained recipe, say. The schema names the columns and says what their doubles are. */
export const COLUMNS_BODY: BodyKind<Columns> = {
  types: ['columns'],
  pack: () => ({ type: 'columns', scalars: {}, arrays: [] }),
  unpack: () => ({}),
  check: ({ kind, columns = [], features }, _, label) => {
    if (kind !== 'columns') throw new ModelError(`${label}'s kind`, kind, 'columns');
    if (columns.length !== features.length)
      throw new ModelError(`${label}'s columns`, String(columns.length), `${features.length}, as many as the steps give`);
    columns.forEach((column, at) => {
      const feature = features[at]!;
      const isFactor = column.type === 'factor' && feature.type === 'factor';
      const isFit = isFactor ? column.levels.length === feature.levels.length : column.type !== 'factor' && feature.type !== 'factor';
      if (!isFit) throw new ModelError(`${label}'s column ${column.name}`, column.type, `what the steps give, ${feature.type}`);
    });
  },
  answers: () => ({ types: ['response'], takes: [] }),
  predict: (_schema, _body, rows) => rows,
  lacksLevels: false,
  ulp: () => 0,
  measure: () => ({ name: 'body', numbers: {}, text: 'none: the columns are the answer' }),
};
