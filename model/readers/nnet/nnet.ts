import type { Network } from '../../../shared/bodies/network/network.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { classOf, element, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { readDesign } from '../linear/design.ts';
import { designSteps } from '../linear/inputs.ts';

/** An nnet or multinom as a schema, the steps that make its columns, and a network. */
export type NnetModel = {
  schema: Schema;
  steps?: BoundStep[];
  network: Network;
  call: string;
  isOfFused: boolean;
  read?: Read;
  isUnnamed: boolean;
};

/** What the parts of a model say of what comes in. */
type Inputs = { features: Feature[]; steps: BoundStep[]; isOfFused: boolean; isUnnamed: boolean; read?: Read };

/**
 * Turns what nnet() or multinom() returned into a network (nnet, R/nnet.R, R/multinom.R and src/nnet.c). multinom's columns are
 * those of its whole model matrix; nnet has the bias for the intercept. Throws a ModelError that names what is wrong.
 */
export function readNnet(value: RValue, label: string): NnetModel {
  const isMultinom = classOf(value).includes('multinom');
  const network = readNetwork(value, label);
  const { features, steps, ...known } = inputsOf(value, network.inputs, label);
  const lev = element(value, 'lev') ?? (isMultinom ? element(value, 'lab') : undefined);
  const classes = lev ? textsOf(lev, `${label}'s lev`) : undefined;
  const common = { features, takesMissing: false };
  const schema: Schema = classes
    ? { ...common, kind: isMultinom ? 'classification' : 'probability', classes, types: isMultinom ? ['class', 'prob'] : ['prob', 'class'] }
    : { ...common, kind: 'regression', types: ['response'], ...(network.outputs > 1 ? { margins: network.outputs } : {}) };
  const call = element(value, 'call');
  return {
    ...{ schema, network, ...known, call: call?.type === 'language' ? deparse(call) : 'nnet' },
    ...(steps.length > 0 ? { steps } : {}),
  };
}

function inputsOf(value: RValue, inputs: number, label: string): Inputs {
  const [terms, xlevels, contrasts, call] = ['terms', 'xlevels', 'contrasts', 'call'].map((part) => element(value, part));
  if (!terms) {
    const features = Array.from({ length: inputs }, (_, at): Feature => ({ name: `x${at + 1}`, type: 'number' }));
    return { features, steps: [], isOfFused: false, isUnnamed: true };
  }
  const isMultinom = classOf(value).includes('multinom');
  const design = readDesign({ terms, xlevels, contrasts, call }, label);
  if (isMultinom && design.offsets.length > 0)
    throw new ModelError(label, "an offset, which multinom's predict() leaves out", 'a formula without offset()');
  const used = design.columns.length - (design.intercept && !isMultinom ? 1 : 0);
  if (used !== inputs) throw new ModelError(`${label}'s formula`, `${used} columns`, `${inputs}, one an input of the network`);
  const steps = designSteps(design, isMultinom ? 'all' : 'no intercept');
  return { features: design.features, steps, isOfFused: design.isOfFused, isUnnamed: false, read: design.read };
}

/** The network by nnet's names: n counts its layers, nconn and conn are its connections, units from nsunits on are sums. */
function readNetwork(value: RValue, label: string): Network {
  const numbers = (part: string) => numbersOf(element(value, part), `${label}'s ${part}`);
  const whole = (part: string, least = 0) => {
    const list = numbers(part);
    const wrong = list.find((number) => !(Number.isInteger(number) && number >= least && number < 2 ** 31));
    if (wrong !== undefined) throw new ModelError(`${label}'s ${part}`, String(wrong), `whole numbers from ${least} on`);
    return list;
  };
  const [inputs = 0, hidden = 0, outputs = 0] = whole('n');
  const starts = whole('nconn');
  // A unit more than the layers have, for the bias; and where the last one's connections end.
  if (starts.length !== inputs + hidden + outputs + 2)
    throw new ModelError(`${label}'s nconn`, `${starts.length} numbers`, `${inputs + hidden + outputs + 2}, by its n`);
  const [sums] = whole('nsunits');
  const softmax = numbers('softmax')[0] === 1;
  return {
    ...{ inputs, hidden, outputs, sums: sums as number, softmax, again: false },
    starts: Uint32Array.from(starts),
    from: Uint32Array.from(whole('conn')),
    weights: Float64Array.from(numbers('wts')),
  };
}
