import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { type Objective, TRANSFORMS } from './transforms.ts';

/** Checks that an objective, its margins and a schema fit together: so many margins, classes and targets. Throws a ModelError. */
export function checkObjective(schema: Schema, objective: Objective, base: Float64Array, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  const { transform, parameter, positive, classBy } = objective ?? {};
  if (typeof transform !== 'string' || !Object.hasOwn(TRANSFORMS, transform))
    throw fail(`the transform ${transform}`, `one of ${Object.keys(TRANSFORMS).join(', ')}`);
  if (parameter !== undefined && !Number.isFinite(parameter)) throw fail(`the parameter ${parameter}`, 'a finite number');
  if (positive !== undefined && positive !== 0 && positive !== 1) throw fail(`the positive class ${positive}`, '0 or 1');
  if (classBy !== undefined && classBy !== 'margin' && classBy !== 'share') throw fail(`classes by ${classBy}`, 'margin or share');
  const { kind, classes = [], margins = 1 } = schema;
  if (base.length === 0 || !base.every(Number.isFinite)) throw fail('other numbers to start from', 'one finite number a margin');
  if (margins !== base.length) throw fail(`${base.length} margins`, `${margins}, as in the schema`);
  if (kind === 'survival') throw fail(`the kind ${kind}`, 'regression, classification or probability');
  const isFit = kind === 'regression' || classes.length === Math.max(2, margins);
  if (!isFit) throw fail(`${classes.length} classes`, `${margins === 1 ? 2 : margins}, for ${margins} margins`);
}

/** The types of answer that boosted margins have, the default first; link is another name of the margin. */
export function typesOfMargins({ kind }: Schema): ('response' | 'margin' | 'link' | 'class')[] {
  return kind === 'probability' ? ['response', 'margin', 'link', 'class'] : ['response', 'margin', 'link'];
}
