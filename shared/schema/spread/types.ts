/** The types of answer that R's predict() has for one model or another, under R's names. */
export type AnswerType =
  | 'response'
  | 'chf'
  | 'terminalNodes'
  | 'quantiles'
  | 'se'
  | 'prob'
  | 'vote'
  | 'vector'
  | 'class'
  | 'link'
  | 'margin'
  | 'leaf'
  | 'steps'
  | 'terms'
  | 'earth'
  | 'decision'
  | 'lp'
  | 'risk'
  | 'survival'
  | 'expected'
  | 'uquantiles';

/** The types of answer whose standard errors some model has. */
export const SE_OF = ['response', 'link', 'lp', 'risk'] as const satisfies readonly AnswerType[];

/** What is wrong with ranger's se.method beside the other parameters; undefined where nothing is. */
export function misfitSeMethod(
  value: string,
  given: { type: string; [name: string]: unknown },
  { kind }: { kind: string },
): string | undefined {
  if (given.type !== 'se') return 'found seMethod, expected it with type "se" only';
  if (value !== 'jack') return undefined;
  if (kind !== 'regression') return 'found seMethod "jack", expected "infjack": R has the jackknife for regression only';
  return given.numTrees === 1 ? 'found numTrees 1 with seMethod "jack", expected at least 2' : undefined;
}

/** Whether a type of answer is of quantiles: of times, or of what a distribution is of. */
export function isQuantiles(type: string): boolean {
  return type === 'quantiles' || type === 'uquantiles';
}

/** Whether a type of answer is a curve over time, whatever the kind of the model. */
export function isCurve(type: string): boolean {
  return type === 'survival' || type === 'expected';
}
