import type { Model } from '../../shared/artifact.ts';
import type { Permutation } from '../../shared/schema/explain-ask.ts';
import { shortNumber } from './reasons.ts';

/** A feature and how much greater the loss is with its values shuffled. */
type Shuffled = { name: string; label: string; value: number };

const LOSS_NAMES = {
  rmse: 'the root of the mean squared error',
  logLoss: 'the mean log loss',
  error: 'the share of wrong classes',
} satisfies Record<Permutation['loss'], string>;

/** The permutation importance of an artifact, where it has one: its features, that which the answers need most first. */
export function permutationParts({ schema }: Model): { features: Shuffled[]; permutation: Permutation | undefined } {
  const permutation = schema.explain?.permutation;
  if (!permutation) return { features: [], permutation };
  const features = schema.features.map(({ name, label = name }, at): Shuffled => {
    return { name, label: typeof label === 'string' ? label : label.en, value: permutation.increases[at]! };
  });
  return { features: features.sort((one, other) => other.value - one.value), permutation };
}

/** What the numbers are, in words. */
export function permutationText({ loss, target, rows, base }: Permutation): string {
  return `With the values of one feature shuffled, the answers to ${rows} rows of the training data get so much worse: ${LOSS_NAMES[loss]} of "${target}", ${shortNumber(base)} as they are, grows by`;
}
