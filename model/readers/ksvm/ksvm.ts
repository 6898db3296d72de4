import { KERNELS, type Kernel } from '../../../shared/bodies/machine/kernels.ts';
import type { Machine } from '../../../shared/bodies/machine/machine.ts';
import { vectorAnswers } from '../../../shared/bodies/vectors/answers.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, classOf, element, listOf, numbersOf, type RValue, textOf, textsOf } from '../../rds/values.ts';
import type { Imported } from '../reader.ts';
import { readVectors, type VectorMatrix, vectorInputs } from '../vector-inputs.ts';

/** A ksvm as a schema, the steps that make its columns, and its machine. */
export type KsvmModel = Omit<Imported, 'body'> & { machine: Machine };

const TASKS: Record<string, Machine['task']> = {
  ...{ 'C-svc': 'classes', 'nu-svc': 'classes', 'C-bsvc': 'classes', 'one-svc': 'one-class' },
  ...{ 'eps-svr': 'regression', 'nu-svr': 'regression', 'eps-bsvr': 'regression' },
};

/** From here on kernlab takes vectors in blocks, the last of which it may forget (R/kernels.R, kernelMult.anovakernel). */
const ANOVA_BLOCK = 256;

/** Turns what kernlab's ksvm() returned into its parts (kernlab, R/ksvm.R). Throws a ModelError that names what is wrong. */
export function readKsvm(value: RValue, label: string): KsvmModel {
  const slots = attributesOf(value);
  const slot = (name: string) => {
    const found = slots.get(name);
    // An S4 object has this symbol for NULL.
    return found?.type === 'symbol' || found?.type === 'null' ? undefined : found;
  };
  const type = textOf(slot('type'), `${label}'s type`);
  const task = Object.hasOwn(TASKS, type) ? TASKS[type] : undefined;
  if (!task) throw new ModelError(`${label}'s type`, type, `one of ${Object.keys(TASKS).join(', ')}`);
  const matrices = slot('xmatrix');
  if (!matrices) throw new ModelError(`${label}'s xmatrix`, 'nothing, as of a kernel matrix', 'ksvm() of a formula or a matrix');
  const each = <T>(found: RValue | undefined, read: (one: RValue | undefined) => T): T[] => {
    return task === 'classes' ? listOf(found, `${label}'s parts`).map(read) : [read(found)];
  };
  const parts = each(matrices, (one) => readVectors(one, `${label}'s xmatrix`));
  const coefficients = each(slot('coef'), (one) => numbersOf(one, `${label}'s coef`));
  const width = parts[0]?.width ?? 0;
  if (parts.length !== coefficients.length || parts.some((part, at) => part.width !== width || part.count !== coefficients[at]!.length))
    throw new ModelError(`${label}'s coef`, `${coefficients.length} parts`, `${parts.length}, a coefficient for each vector`);
  const matrix = joined(parts);
  const { centers, scales, target } = readScaling(slot('scaling'), width, label);
  const classes = task === 'classes' ? classesOf(slot('lev'), parts.length, label) : ['TRUE', 'FALSE'];
  const machine: Machine = {
    ...{ task, ...readKernel(slot('kernelf'), label) },
    counts: Uint32Array.from(parts, ({ count }) => count),
    vectors: matrix.rows,
    coefficients: Float64Array.from(coefficients.flatMap((one) => Array.from(one))),
    b: Float64Array.from(numbersOf(slot('b'), `${label}'s b`)),
    ...{ centers, scales },
    ...(task === 'classes' ? readSigmoids(slot('prob.model'), label) : {}),
    ...(task === 'regression' && target ? { target } : {}),
  };
  if (machine.kernel === 'anova' && parts.some(({ count }) => count >= ANOVA_BLOCK)) {
    const found = `anovadot with ${ANOVA_BLOCK} support vectors or more, of which R's predict() leaves some out unless it is asked for many rows at once`;
    throw new ModelError(label, found, 'fewer support vectors, or rbfdot');
  }
  const call = slot('kcall');
  const { features, ...rest } = vectorInputs(call, slot('terms'), { ...matrix, centers, scales }, label);
  const schema: Schema = { kind: task === 'regression' ? 'regression' : 'classification', features, takesMissing: false };
  if (task !== 'regression') schema.classes = classes;
  schema.types = vectorAnswers(schema, machine);
  return { ...rest, schema, machine, call: call?.type === 'language' ? deparse(call) : 'ksvm' };
}

/** The vectors of all parts one behind the other. */
function joined(parts: readonly VectorMatrix[]): VectorMatrix {
  const [first] = parts;
  const rows = new Float64Array(parts.reduce((sum, part) => sum + part.rows.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part.rows, at);
    at += part.rows.length;
  }
  return { rows, count: parts.reduce((sum, { count }) => sum + count, 0), width: first?.width ?? 0, names: first?.names };
}

/** The numbers that each kernel's formula has (kernlab, R/kernels.R). */
const NUMBERS: Record<Kernel['kernel'], string[]> = {
  ...{ rbf: ['sigma'], laplace: ['sigma'], poly: ['degree', 'scale', 'offset'], vanilla: [] },
  ...{ tanh: ['scale', 'offset'], anova: ['sigma', 'degree'] },
};

function readKernel(value: RValue | undefined, label: string): Kernel {
  const [name = ''] = value ? classOf(value) : [];
  const kernel = KERNELS.find((one) => name === `${one}kernel`);
  if (!value || !kernel) {
    const served = KERNELS.map((one) => `${one}dot`).join(', ');
    throw new ModelError(`${label}'s kernel`, name === '' ? 'a function' : name.replace(/kernel$/, 'dot'), `one of ${served}`);
  }
  const numbers = attributesOf(value).get('kpar');
  const number = (part: string) => {
    const found = numbers && element(numbers, part);
    return found ? (numbersOf(found, `${label}'s ${part}`)[0] ?? Number.NaN) : NUMBERS[kernel].includes(part) ? Number.NaN : 0;
  };
  return { kernel, sigma: number('sigma'), degree: number('degree'), scale: number('scale'), offset: number('offset') };
}

/** What ksvm() took off each column and divided it by: 0 and 1 where it left one alone. */
function readScaling(value: RValue | undefined, width: number, label: string) {
  const [centers, scales] = [new Float64Array(width), new Float64Array(width).fill(1)];
  if (!value) return { centers, scales };
  const part = (of: string, name: string) => {
    const found = element(value, of);
    return found && numbersOf(element(found, `scaled:${name}`), `${label}'s ${of}`);
  };
  const [center, scale] = [part('x.scale', 'center'), part('x.scale', 'scale')];
  const scaled = Array.from(numbersOf(element(value, 'scaled'), `${label}'s scaled`));
  const places = scaled.flatMap((one, at) => (one === 1 ? [at] : []));
  if (places.length > 0 && (scaled.length !== width || center?.length !== places.length || scale?.length !== places.length))
    throw new ModelError(
      `${label}'s x.scale`,
      `${center?.length} centres and ${scale?.length} scales`,
      `${places.length} of ${width} columns`,
    );
  for (const [at, place] of places.entries()) [centers[place], scales[place]] = [center![at]!, scale![at]!];
  const [by, of] = [part('y.scale', 'center')?.[0], part('y.scale', 'scale')?.[0]];
  return { centers, scales, ...(by === undefined || of === undefined ? {} : { target: Float64Array.of(by, of) }) };
}

/** Platt's sigmoid of each pair; none where ksvm() made none. */
function readSigmoids(value: RValue | undefined, label: string): Pick<Machine, 'probA' | 'probB'> {
  const models = value ? listOf(value, `${label}'s prob.model`) : [];
  if (models.length === 0 || models[0]!.type === 'null') return {};
  const part = (name: string) =>
    Float64Array.from(models, (one) => numbersOf(element(one, name), `${label}'s prob.model`)[0] ?? Number.NaN);
  return { probA: part('A'), probB: part('B') };
}

/** The classes, which may be numbers. */
function classesOf(value: RValue | undefined, pairs: number, label: string): string[] {
  const numbers = value?.type === 'double' || value?.type === 'integer' ? Array.from(value.values, String) : undefined;
  const classes = numbers ?? textsOf(value, `${label}'s lev`);
  if ((classes.length * (classes.length - 1)) / 2 !== pairs)
    throw new ModelError(`${label}'s lev`, `${classes.length} classes for ${pairs} pairs of them`, 'droplevels() before the fit');
  return classes;
}
