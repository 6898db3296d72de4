import { ModelError } from '../../errors.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { longSum } from '../boosting/long-sum.ts';
import { classesOf, firstNearlyLargest } from '../class-answers.ts';

/**
 * A network of nnet: unit 0 is the bias, then the inputs, the hidden units, the outputs. Unit u adds up the connections from
 * `starts[u]` up to `starts[u + 1]`: each is a weight and the unit that it comes from, which is an earlier one.
 */
export type Network = {
  inputs: number;
  hidden: number;
  outputs: number;
  /** Units before this one go through the sigmoid; those from it on are sums. */
  sums: number;
  softmax: boolean;
  /** True where parsnip takes the softmax of the chances once more. */
  again: boolean;
  starts: Uint32Array;
  from: Uint32Array;
  weights: Float64Array;
};

/** Beyond it nnet's sigmoid is 0 or 1. */
const SIGMOID_MOST = 15;
type Exp = (x: number) => number;

/** A network's answers, row by row (nnet.c, fpass): the outputs, the chances of classes, or the class. */
export function predictNetwork(schema: Schema, network: Network, rows: Float64Array, { type }: Parameters): Float64Array {
  const { exp } = libraryOf(schema.libm);
  const { inputs, outputs } = network;
  const count = rows.length / inputs;
  const first = 1 + inputs + network.hidden;
  const units = new Float64Array(first + outputs);
  const raw = new Float64Array(count * outputs);
  for (let row = 0; row < count; row += 1) {
    const values = rows.subarray(row * inputs, (row + 1) * inputs);
    if (!values.every(Number.isFinite)) {
      // R's call of C refuses an infinite value, as log(0) has it, though a sigmoid would make a number of it.
      raw.fill(Number.NaN, row * outputs, (row + 1) * outputs);
      continue;
    }
    units[0] = 1;
    units.set(values, 1);
    pass(network, units, exp);
    if (network.softmax) softmax(units.subarray(first), exp);
    raw.set(units.subarray(first), row * outputs);
  }
  if (schema.kind === 'regression') return raw;
  if (type === 'class') {
    return outputs === 1
      ? raw.map((share) => (Number.isNaN(share) ? share : Number(share > 0.5)))
      : classesOf(raw, outputs, firstNearlyLargest);
  }
  const width = (schema.classes as string[]).length;
  const shares =
    outputs === 1 ? Float64Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? 1 - raw[at >> 1]! : raw[at >> 1]!)) : raw;
  if (network.again) for (let at = 0; at < shares.length; at += width) softmaxAgain(shares.subarray(at, at + width), exp);
  return shares;
}

function pass({ inputs, sums, starts, from, weights }: Network, units: Float64Array, exp: Exp): void {
  for (let unit = 1 + inputs; unit < units.length; unit += 1) {
    let sum = 0;
    for (let at = starts[unit]!; at < starts[unit + 1]!; at += 1) sum += units[from[at]!]! * weights[at]!;
    units[unit] = unit < sums ? sigmoid(sum, exp) : sum;
  }
}

function sigmoid(sum: number, exp: Exp): number {
  if (sum < -SIGMOID_MOST) return 0;
  return sum > SIGMOID_MOST ? 1 : 1 / (1 + exp(-sum));
}

function softmax(outputs: Float64Array, exp: Exp): void {
  const most = outputs.reduce((greatest, value) => (value > greatest ? value : greatest));
  let sum = 0;
  outputs.forEach((value, at) => {
    outputs[at] = exp(value - most);
    sum += outputs[at]!;
  });
  for (let at = 0; at < outputs.length; at += 1) outputs[at] = outputs[at]! / sum;
}

/** exp(x) / sum(exp(x)) as R has it. */
function softmaxAgain(shares: Float64Array, exp: Exp): void {
  const powers = shares.map(exp);
  const sum = longSum(powers);
  shares.set(powers.map((power) => power / sum));
}

/** Checks a network from a file, so that predictNetwork needs no check. Throws a ModelError that names what is wrong. */
export function checkNetwork(schema: Schema, network: Network, label: string): void {
  const { inputs, hidden, outputs, sums, starts, from, weights } = network;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s network`, found, expected);
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (![inputs, hidden, outputs, sums].every(isCount) || outputs === 0)
    throw fail('other counts of units', 'inputs, hidden units, outputs');
  if (inputs !== schema.features.length) throw fail(`${inputs} inputs`, String(schema.features.length));
  const units = 1 + inputs + hidden + outputs;
  if (starts.length !== units + 1) throw fail(`${starts.length} starts of connections`, String(units + 1));
  if (from.length !== weights.length || starts[units] !== from.length)
    throw fail(`${weights.length} weights`, `${starts[units]}, one a connection`);
  for (let unit = 0; unit < units; unit += 1) {
    const end = starts[unit + 1]!;
    if (starts[unit]! > end) throw fail(`starts of unit ${unit} that descend`, 'ascending ones');
    // Before it is gone through: it may be any number.
    if (end > from.length) throw fail(`connections of unit ${unit} up to ${end}`, `up to ${from.length}`);
    for (let at = starts[unit]!; at < end; at += 1)
      if (from[at]! >= unit) throw fail(`a connection from unit ${from[at]} to unit ${unit}`, 'one from an earlier unit');
  }
  if (!weights.every(Number.isFinite)) throw fail('a weight that is not finite', 'finite ones');
  const { kind, margins = 1, classes = [] } = schema;
  if (kind === 'regression') {
    if (margins !== outputs) throw fail(`${outputs} outputs`, String(margins));
  } else if (kind !== 'probability' && kind !== 'classification')
    throw fail(`the kind ${kind}`, 'regression, probability or classification');
  else if (!(classes.length === outputs ? outputs > 1 : classes.length === 2 && outputs === 1))
    throw fail(`${outputs} outputs for ${classes.length} classes`, 'one a class, or one for two classes');
}
