import { pickArrays, takeArrays } from '../arrays.ts';
import { classAnswers } from '../class-answers.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkNetwork, type Network, predictNetwork } from './network.ts';

const ARRAYS = { weights: Float64Array, starts: Uint32Array, from: Uint32Array } as const;

/** A network with at most one hidden layer: nnet's, and multinom's without one. */
export const NETWORK: BodyKind<Network> = {
  types: ['network'],
  lacksLevels: false,
  pack: (network) => {
    const { inputs, hidden, outputs, sums, softmax, again } = network;
    return { type: 'network', scalars: { layers: [inputs, hidden, outputs], sums, softmax, again }, arrays: pickArrays(network, ARRAYS) };
  },
  unpack: ({ scalars, arrays }, label) => {
    const { layers, sums, softmax, again } = scalars;
    const [inputs, hidden, outputs] = Array.isArray(layers) ? layers : [];
    const parts = { inputs, hidden, outputs, sums, softmax: softmax === true, again: again === true };
    return { ...takeArrays(arrays, ARRAYS, label), ...parts } as Network;
  },
  check: checkNetwork,
  answers: (schema) => (schema.kind === 'regression' ? { types: ['response'], takes: [] } : classAnswers(schema)),
  predict: predictNetwork,
  ulp: () => 0,
  measure: ({ inputs, hidden, outputs, weights }) => ({
    name: 'network',
    numbers: { inputs, hidden, outputs, weights: weights.length },
    text: `${inputs}-${hidden}-${outputs}, ${count(weights.length, 'weight')}`,
  }),
};
