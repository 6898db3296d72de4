import { bodyOf } from '../../../shared/bodies/kind.ts';
import { NETWORK } from '../../../shared/bodies/network/body.ts';
import type { Network } from '../../../shared/bodies/network/network.ts';
import { type Imported, type Reader, withBody } from '../reader.ts';
import { readNnet } from './nnet.ts';

/** What `nnet()` and `multinom()` returned. */
export const NNET_READER: Reader = {
  classes: ['nnet', 'nnet.formula', 'multinom'],
  title: 'an nnet or a multinom',
  read: withBody('network', NETWORK, readNnet),
};

/** The same model with chances as parsnip gives them for nnet(): the softmax of what are chances already. */
export function withSoftmaxAgain(model: Imported): Imported {
  return { ...model, body: bodyOf(NETWORK, { ...(model.body.data as Network), again: true }) };
}
