import type { ExplainOutput } from '../schema/explain-ask.ts';
import type { Answering } from './answering.ts';

/** Which class of the body a class of the model is, and with which sign its number counts; and which of the body's numbers are the model's. */
export type Places = { place(place: number): number; sign(place: number): number; outputs: readonly ExplainOutput[] };

/** How the model's classes are the body's; undefined where its answer is made otherwise. */
export function placesOf({ schema: { classes }, outcome, bodySchema }: Answering): Places | undefined {
  const same = (place: number) => place;
  if (!outcome) return { place: same, sign: () => 1, outputs: ['margin', 'response', 'probability'] };
  const made = outcome.types.prob?.by ?? outcome.types.response?.by;
  if (!classes) return made === 'same' ? { place: same, sign: () => 1, outputs: ['margin', 'response'] } : undefined;
  if (bodySchema.classes?.length === classes.length && (made === 'same' || made === 'order')) {
    return { place: (place) => outcome.places[place]!, sign: () => 1, outputs: ['margin', 'response', 'probability'] };
  }
  // Of one number, the chance of one of two classes, the sum of the trees speaks for that class and against the other.
  if (made !== 'second' && made !== 'first') return undefined;
  const positive = made === 'second' ? 1 : 0;
  return { place: same, sign: (place) => (place === positive ? 1 : -1), outputs: bodySchema.classes ? [] : ['margin'] };
}
