import { ModelError } from '../../shared/errors.ts';
import { attributesOf, element, listOf, type RValue } from '../rds/values.ts';
import type { Arranged } from './frame.ts';
import { member, namesOf, type StepReader, texts } from './step-values.ts';

/** Steps that drop columns, by whatever they chose them in training. */
export const REMOVAL_STEPS: StepReader = {
  steps: ['step_rm', 'step_zv', 'step_nzv', 'step_corr', 'step_lincomb', 'step_filter_missing'],
  read: (step, { frame, of, label }) => {
    frame.change(of, { drop: texts(element(step, 'removals'), `${label}'s removals`) });
  },
};

/** step_select() and step_rename(): columns in another order, and under other names. */
export const SELECTION_STEPS: StepReader = {
  steps: ['step_select', 'step_rename'],
  read: (step, { frame, of, label }) => {
    const arrange = (from: string, to: string): Arranged => {
      const column = frame.column(from, label);
      // A column that keeps its name stays itself: the step does nothing to it.
      return { column: from === to ? column : { ...column, name: to }, place: frame.place(from, label) };
    };
    if (of === 'step_select') {
      const terms = texts(element(step, 'terms'), `${label}'s terms`);
      const names = namesOfTerms(element(step, 'terms'));
      // The outcome is not among the columns of new data.
      const kept = terms.flatMap((from, at) => (frame.has(from) ? [arrange(from, names[at] || from)] : []));
      frame.arrange(of, kept);
      return;
    }
    const inputs = member(step, 'inputs', label);
    const renamed = new Map(namesOf(inputs, label).map((to, at): [string, string] => [symbolOf(listOf(inputs, label)[at], label), to]));
    const missing = [...renamed.keys()].find((from) => !frame.has(from));
    if (missing !== undefined) frame.place(missing, label);
    frame.arrange(
      of,
      frame.columns.map((column, place): Arranged => {
        const to = renamed.get(column.name);
        return to === undefined ? { column, place } : arrange(column.name, to);
      }),
    );
  },
};

function namesOfTerms(terms: RValue | undefined): (string | null)[] {
  const names = terms && attributesOf(terms).get('names');
  return names?.type === 'character' ? names.values : [];
}

/** The column that a quosure names. */
function symbolOf(quosure: RValue | undefined, label: string): string {
  const asked = quosure?.type === 'language' ? quosure.values[1] : undefined;
  if (asked?.type === 'symbol') return asked.name;
  if (asked?.type === 'character' && typeof asked.values[0] === 'string') return asked.values[0];
  throw new ModelError(label, 'a new name for something that is computed', 'new = old');
}
