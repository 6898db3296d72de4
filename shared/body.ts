import { checkForest, type Forest, openPacked, type Unnoded } from './bodies/forest/forest.ts';
import { type PackedForest, packNodes } from './bodies/forest/packed.ts';
import { firstInSlices } from './bodies/forest/packed-check.ts';
import { checkLinear, type Linear } from './bodies/linear/predict.ts';
import { checkRpart, type Rpart } from './bodies/rpart/predict.ts';
import { ModelError } from './errors.ts';
import type { Schema } from './features.ts';
import type { Body, Predictor } from './predict.ts';

/** The arrays an artifact can hold. */
export type PackedArray = Float64Array | Uint32Array | Uint16Array | Uint8Array;
/** What computes, taken apart for an artifact: its type, small values as JSON, and its arrays by name. */
export type Packed = { type: string; scalars: Record<string, unknown>; arrays: [string, PackedArray][] };

/** The nodes of a forest, level by level. */
const PACKED = {
  cuts: Float64Array,
  splits: Uint32Array,
  cutStarts: Uint32Array,
  inner: Uint8Array,
} as const;
/** The same where they lie in another order. */
const NODES = {
  threshold: Float64Array,
  left: Uint32Array,
  right: Uint32Array,
  feature: Uint16Array,
} as const;
/** The arrays of a forest beside its nodes, in their order in an artifact; those with a question mark may be missing. */
const FOREST = {
  leaves: Float64Array,
  roots: Uint32Array,
  partitioned: Uint8Array,
  'codes?': Float64Array,
  'cutoff?': Float64Array,
  'correction?': Float64Array,
  'missing?': Uint32Array,
  'observed?': Float64Array,
  'inbag?': Uint16Array,
} as const;
/** The same of an rpart tree. */
const RPART = {
  threshold: Float64Array,
  values: Float64Array,
  left: Uint32Array,
  right: Uint32Array,
  first: Uint32Array,
  splits: Uint32Array,
  categories: Uint32Array,
  'places?': Uint32Array,
  input: Uint16Array,
  majority: Uint8Array,
  directions: Uint8Array,
} as const;
/** The same of a linear model; its formula is JSON. */
const LINEAR = { coefficients: Float64Array } as const;

/** Takes apart what computes. */
export function packBody(body: Body): Packed {
  if (body.rpart) {
    const { width, inputs } = body.rpart;
    return { type: 'rpart', scalars: { width, ...(inputs ? { inputs } : {}) }, arrays: pick(body.rpart, RPART) };
  }
  if (body.linear) {
    const { coefficients: _, ...scalars } = body.linear;
    return { type: 'linear', scalars, arrays: pick(body.linear, LINEAR) };
  }
  const { forest } = body;
  const packed = forest.packed ?? packNodes(forest);
  const nodes = packed ? pick(packed, PACKED) : pick(forest, NODES);
  return { type: packed ? 'forest' : 'unordered-forest', scalars: { width: forest.width }, arrays: [...nodes, ...pick(forest, FOREST)] };
}

/** Puts together what packBody took apart. Throws a ModelError that names what is missing or of another type. */
export function unpackBody(type: string, scalars: Record<string, unknown>, arrays: Map<string, PackedArray>, thing: string): Body {
  const { width } = scalars;
  if (type !== 'linear' && !(typeof width === 'number' && Number.isInteger(width) && width > 0))
    throw new ModelError(`${thing}'s ${type}`, `width ${width}`, 'a whole number');
  switch (type) {
    case 'forest': {
      const rest = { ...take(arrays, FOREST, thing), width } as Unnoded;
      return { forest: openPacked(rest, take(arrays, PACKED, thing) as PackedForest) };
    }
    case 'unordered-forest':
      return { forest: { ...take(arrays, FOREST, thing), ...take(arrays, NODES, thing), width } as Forest };
    case 'rpart': {
      const { inputs } = scalars;
      return { rpart: { ...take(arrays, RPART, thing), width, ...(inputs === undefined ? {} : { inputs }) } as Rpart };
    }
    case 'linear': {
      const { columns, offsets, link, lambda } = scalars;
      const parts = { columns, offsets, link, ...(lambda === undefined ? {} : { lambda }) };
      return { linear: { ...take(arrays, LINEAR, thing), ...parts } as Linear };
    }
    default:
      throw new ModelError(thing, `a body of the type "${type}"`, 'forest, unordered-forest, rpart or linear');
  }
}

/** Holds what computes against its invariants and its schema, so that no prediction needs a check of its own. */
export function checkBody({ schema, forest, rpart, linear }: Predictor, thing: string): void {
  if (rpart) checkRpart(schema, rpart, thing);
  else if (linear) checkLinear(schema, linear, thing);
  else checkForestBody(schema, forest, thing);
}

function checkForestBody(schema: Schema, forest: Forest, thing: string): void {
  if (forest.partitioned.length !== schema.features.length) {
    throw new ModelError(thing, `${forest.partitioned.length} features`, `${schema.features.length}, as in the schema`);
  }
  checkForest(forest, thing);
  checkLeaves(schema, forest, thing);
}

/** Holds the leaves against what the schema says that a leaf is. */
function checkLeaves(schema: Schema, { leaves, width, codes, cutoff, roots }: Forest, thing: string): void {
  const classes = schema.classes?.length ?? 0;
  const expected = { regression: 1, classification: 1, probability: classes, survival: schema.times?.length ?? 0 }[schema.kind];
  if (width !== expected) throw new ModelError(thing, `${width} doubles a leaf`, String(expected));
  if (schema.trees !== undefined && schema.trees !== roots.length - 1)
    throw new ModelError(thing, `${roots.length - 1} trees`, `${schema.trees}, as in the schema`);
  if (cutoff && cutoff.length !== classes) throw new ModelError(thing, `${cutoff.length} cutoffs of classes`, String(classes));
  if (codes && codes.length !== classes) throw new ModelError(thing, `${codes.length} codes of classes`, String(classes));
  if (schema.kind !== 'classification') return;
  const wrong = firstInSlices(leaves.length, (from, to) => firstNoClass(leaves, classes, from, to));
  if (wrong !== -1) throw new ModelError(`${thing}'s leaves`, `class ${leaves[wrong]}`, `0 to ${classes - 1}`);
}

/** The first leaf in a slice that is no class's place; -1 where there is none. */
function firstNoClass(leaves: Float64Array, classes: number, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const place = leaves[at] as number;
    if (!(Number.isInteger(place) && place >= 0 && place < classes)) return at;
  }
  return -1;
}

type Table = Record<string, new (length: number) => PackedArray>;

/** The arrays a table names, in its order; those that may be missing only where they are there. */
function pick(from: object, table: Table): [string, PackedArray][] {
  return Object.keys(table).flatMap((key): [string, PackedArray][] => {
    const name = key.replace('?', '');
    const array = (from as Record<string, PackedArray | undefined>)[name];
    return array === undefined ? [] : [[name, array]];
  });
}

/** The same arrays out of an artifact. Throws where one is missing or of another type. */
function take(arrays: Map<string, PackedArray>, table: Table, thing: string): Record<string, PackedArray> {
  const taken: Record<string, PackedArray> = {};
  for (const [key, type] of Object.entries(table)) {
    const name = key.replace('?', '');
    const array = arrays.get(name);
    if (array === undefined && key.endsWith('?')) continue;
    if (!(array instanceof type)) throw new ModelError(`${thing}'s ${name}`, array ? array.constructor.name : 'nothing', type.name);
    taken[name] = array;
  }
  return taken;
}
