import { bodyOf } from '../../../shared/bodies/kind.ts';
import { MACHINE } from '../../../shared/bodies/machine/body.ts';
import type { Machine } from '../../../shared/bodies/machine/machine.ts';
import { type Imported, type Reader, withBody } from '../reader.ts';
import { readKsvm } from './ksvm.ts';

/** What kernlab's `ksvm()` returned. */
export const KSVM_READER: Reader = {
  classes: ['ksvm'],
  title: 'a ksvm of kernlab',
  read: withBody('machine', MACHINE, readKsvm),
};

/** A ksvm as caret asks it: the class is that of the greatest chance, and no chance lies below 0. */
export function asCaretMachine(model: Imported): Imported {
  if (model.body.kind !== MACHINE) return model;
  return { ...model, body: bodyOf(MACHINE, { ...(model.body.data as Machine), isCaret: true }) };
}
