import { type ArrayTable, pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { vectorAnswers } from './answers.ts';

/** What every machine of support vectors has: what it was trained for, its kernel, and the vectors of each class. */
type Machine = { task: string; kernel: string; counts: Uint32Array; probA?: Float64Array };

/**
 * A body of support vectors, which an artifact keeps as these scalars (one that is not there is left out) and arrays, in this order;
 * `maker` is whose kernel it is, in words.
 */
export function vectorBody<M extends Machine>(
  type: string,
  { scalars: names, arrays: table, maker }: { scalars: readonly (keyof M & string)[]; arrays: ArrayTable; maker: string },
  { check, predict }: Pick<BodyKind<M>, 'check' | 'predict'>,
): BodyKind<M> {
  const scalarsOf = (from: Record<string, unknown>) =>
    Object.fromEntries(names.flatMap((name) => (name in from ? [[name, from[name]]] : [])));
  return {
    types: [type],
    lacksLevels: false,
    pack: (model) => ({ type, scalars: scalarsOf(model), arrays: pickArrays(model, table) }),
    unpack: ({ scalars, arrays }, label) => ({ ...takeArrays(arrays, table, label), ...scalarsOf(scalars) }) as unknown as M,
    check,
    answers: (schema, model) => ({ types: vectorAnswers(schema, model), takes: [] }),
    predict,
    ulp: () => 0,
    measure: ({ task, kernel, counts }) => {
      const vectors = counts.reduce((sum, ofClass) => sum + ofClass, 0);
      return {
        name: 'supportVectors',
        numbers: { vectors, kernel, task },
        text: `${count(vectors, 'support vector')}, ${kernel} kernel${maker}, ${task}`,
      };
    },
  };
}
