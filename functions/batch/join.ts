import type { LineForm } from '../../shared/batch/columns.ts';
import { recordEnds } from '../../shared/batch/cutter.ts';
import { RequestError } from '../../shared/errors.ts';

/**
 * The lines of an input beside those of its answers, as a transform job with JoinSource joins them: in CSV the answer's fields behind the
 * input's, in JSON Lines the answer as `SageMakerOutput` in the input's object; an input that is no object stands as `SageMakerInput`.
 * Throws a RequestError where the records are not as many as the answers: a quote that nobody closed.
 */
export function joined(form: LineForm, input: Uint8Array, answers: string): string {
  const output = Buffer.from(answers);
  const isCsv = form === 'csv';
  const [from, to] = [recordEnds(input, isCsv), recordEnds(output, isCsv)];
  // Blank lines at a file's end have no answer.
  if (from.length < to.length) throw new RequestError(422, 'join: found a quote that is not closed, expected a record for each answer');
  const join = isCsv ? joinCsv : joinJson;
  let text = '';
  for (let at = 0; at < to.length; at += 1) {
    const record = textOf(input, at === 0 ? 0 : from[at - 1]!, from[at]!);
    text += `${join(record, textOf(output, at === 0 ? 0 : to[at - 1]!, to[at]!))}\n`;
  }
  return text;
}

/** A record without its line end. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  let last = end;
  if (bytes[last - 1] === 0x0a) last -= 1;
  if (last > start && bytes[last - 1] === 0x0d) last -= 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, last - start).toString();
}

function joinCsv(record: string, answer: string): string {
  return `${record},${answer}`;
}

function joinJson(record: string, answer: string): string {
  const trimmed = record.trim();
  if (trimmed.startsWith('{') && isJson(trimmed)) {
    const inner = trimmed.slice(0, -1).trimEnd();
    return `${inner}${inner === '{' ? '' : ','}"SageMakerOutput":${answer}}`;
  }
  return `{"SageMakerInput":${isJson(trimmed) ? trimmed : JSON.stringify(record)},"SageMakerOutput":${answer}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
