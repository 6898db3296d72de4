import { type Explanation, hasErrors, inOrder } from '../schema/explanation.ts';
import type { Schema } from '../schema/features.ts';
import { numberText } from './answer-text.ts';
import { csvField } from './csv.ts';

/** The members of an explanation beside its contributions, in the order in which they are written. */
const BEHIND = ['others', 'rounding'] as const;

/** The members of an explanation as JSON, without the braces around them. */
function members(schema: Schema, explanation: Explanation): string {
  const { class: label, baseline } = explanation;
  const parts = inOrder(schema, explanation).map(([name, value]) => `${JSON.stringify(name)}:${numberText(value)}`);
  const behind = BEHIND.flatMap((name) => (explanation[name] === undefined ? [] : [`,"${name}":${numberText(explanation[name])}`]));
  const first = label === undefined ? '' : `"class":${JSON.stringify(label)},`;
  const errors = errorsOf(schema, explanation).map(([name, error]) => `${JSON.stringify(name)}:${numberText(error)}`);
  const beside = explanation.standardErrors ? `,"standardErrors":{${errors.join(',')}}` : '';
  return `${first}"baseline":${numberText(baseline)},"contributions":{${parts.join(',')}}${behind.join('')}${beside}`;
}

/** The standard errors of an explanation, in the order in which its contributions are written. */
function errorsOf(schema: Schema, explanation: Explanation): [string, number][] {
  const { standardErrors = {} } = explanation;
  return inOrder(schema, explanation).flatMap(([name]): [string, number][] =>
    Object.hasOwn(standardErrors, name) ? [[name, standardErrors[name]!]] : [],
  );
}

/** The explanations of an answer as a member of its JSON, with the comma behind it. */
export function explanationsText(schema: Schema, explanations: Explanation[]): string {
  return `"explanations":[${explanations.map((one) => `{${members(schema, one)}}`).join(',')}],`;
}

/** A line of JSON Lines: a prediction that was written already, and its explanation. */
export function explainedLine(schema: Schema, prediction: string, explanation: Explanation): string {
  return `{"prediction":${prediction},${members(schema, explanation)}}\n`;
}

/** An explanation as fields of CSV: a contribution for each feature, in their order; NA where `top` left it out. */
export function explanationFields(schema: Schema, explanation: Explanation): string {
  const { class: label, baseline, contributions } = explanation;
  const fieldsOf = (numbers: Record<string, number>) =>
    namesOf(schema, explanation).map((name) => (Object.hasOwn(numbers, name) ? numberText(numbers[name]!) : 'NA'));
  const errors = explanation.standardErrors ? fieldsOf(explanation.standardErrors) : [];
  const behind = BEHIND.flatMap((name) => (explanation[name] === undefined ? [] : [numberText(explanation[name])]));
  return [...(label === undefined ? [] : [csvField(label)]), numberText(baseline), ...fieldsOf(contributions), ...behind, ...errors].join(
    ',',
  );
}

/** The names of these fields: `class`, `baseline`, `contributions.FEATURE`, `others`, `rounding`, `standardErrors.FEATURE`. */
export function explanationHeader(schema: Schema, explanation: Explanation): string {
  const named = (what: string) => namesOf(schema, explanation).map((name) => csvField(`${what}.${name}`));
  const errors = explanation.standardErrors ? named('standardErrors') : [];
  const behind = BEHIND.filter((name) => explanation[name] !== undefined);
  return [...(explanation.class === undefined ? [] : ['class']), 'baseline', ...named('contributions'), ...behind, ...errors].join(',');
}

/** The model's features; those of the explanation where it is another model's. */
function namesOf({ features }: Schema, { contributions }: Explanation): string[] {
  const known = new Set(features.map(({ name }) => name));
  const given = Object.keys(contributions);
  return given.every((name) => known.has(name)) ? [...known] : given;
}

/** Most bytes that an explanation takes in an answer, with so many for each number. */
export function explanationBytes({ features, classes = [], explain }: Schema, numberBytes: number): number {
  const quoted = (text: string) => Buffer.byteLength(JSON.stringify(text)) + 1;
  const label = classes.reduce((most, one) => Math.max(most, quoted(one)), 0);
  const words = '"class":"baseline":"contributions":{},"others":,"rounding":,"standardErrors":{},{"prediction":},'.length;
  const lists = hasErrors(explain) ? 2 : 1;
  return features.reduce((sum, { name }) => sum + lists * (quoted(name) + numberBytes), words + label + 3 * numberBytes);
}
