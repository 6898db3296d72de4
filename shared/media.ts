import { RequestError } from './errors.ts';

/** The forms a body may have, and those an answer may have. */
export type BodyForm = 'json' | 'csv' | 'jsonlines';

/** The content type each form is answered with. */
export const CONTENT_TYPES: Record<BodyForm, string> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  jsonlines: 'application/jsonlines',
};

const LINES = ['application/jsonlines', 'application/x-jsonlines', 'application/ndjson', 'application/x-ndjson'];
/** What clients say without meaning it: curl's default, a blob's, none at all. The body itself tells that it is JSON. */
const JSON_LIKE = ['', 'text/json', 'text/plain', 'application/json', 'application/x-www-form-urlencoded', 'application/octet-stream'];

/** A media type and its parameters, in lower case. */
function mediaType(header: string): { type: string; parameters: Map<string, string> } {
  const [type = '', ...rest] = header.toLowerCase().split(';');
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim(), value.trim().replaceAll('"', '')];
    }),
  );
  return { type: type.trim(), parameters };
}

/** The form of a body by its Content-Type. Throws a 415 for a type or a charset that cannot be read. */
export function bodyForm(contentType: string | undefined): BodyForm {
  if (contentType === 'application/json') return 'json';
  const { type, parameters } = mediaType(contentType ?? '');
  const charset = parameters.get('charset') ?? 'utf-8';
  if (!['utf-8', 'utf8', 'us-ascii', 'ascii'].includes(charset)) {
    throw new RequestError(415, 'the charset cannot be read; expected utf-8');
  }
  if (type === 'text/csv' || type === 'application/csv') return 'csv';
  if (LINES.includes(type)) return 'jsonlines';
  if (JSON_LIKE.includes(type) || /^application\/[\w.-]+\+json$/.test(type)) return 'json';
  throw new RequestError(415, 'the content type cannot be read; expected application/json, text/csv or application/jsonlines');
}

/** Throws a 415 for a body in any content encoding but none. */
export function checkEncoding(contentEncoding: string | undefined): void {
  if (contentEncoding === undefined) return;
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity')
    throw new RequestError(415, 'a compressed body cannot be read; expected no content encoding');
}

/**
 * The form of the answer by Accept (RFC 9110, 12.5.1). The most specific range that a form lies in says how much it is wanted; the
 * form of the greatest weight is given, of equal ones that whose range is named first, and JSON before the others. A weight that
 * cannot be read counts as 1. Throws a 406 where no form is wanted.
 */
export function answerForm(accept: string | undefined): BodyForm {
  if (accept === undefined || accept === '*/*' || accept === 'application/json' || accept.trim() === '') return 'json';
  const ranges = accept.split(',').map((range, place) => {
    const { type, parameters } = mediaType(range);
    const specific = type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2;
    return { forms: rangeForms(type), weight: weightOf(parameters.get('q')), specific, place };
  });
  const wanted = rangeForms('*/*').flatMap((form) => {
    const own = ranges.filter(({ forms }) => forms.includes(form)).sort((a, b) => b.specific - a.specific || b.weight - a.weight);
    return own[0] && own[0].weight > 0 ? [{ form, ...own[0] }] : [];
  });
  const [best] = wanted.sort((a, b) => b.weight - a.weight || a.place - b.place);
  if (best) return best.form;
  throw new RequestError(
    406,
    'no answer of the kinds in Accept can be given; expected application/json, text/csv or application/jsonlines',
  );
}

/** A weight from 0 to 1 (RFC 9110, 12.4.2). */
function weightOf(text: string | undefined): number {
  return text !== undefined && /^(?:0(?:\.\d{0,9})?|1(?:\.0{0,9})?)$/.test(text) ? Number(text) : 1;
}

/** The forms within a media range, in the order of preference. */
function rangeForms(type: string): BodyForm[] {
  if (type === '*/*') return ['json', 'csv', 'jsonlines'];
  if (type === 'application/*') return ['json', 'jsonlines'];
  if (type === 'application/json') return ['json'];
  if (['text/csv', 'application/csv', 'text/*'].includes(type)) return ['csv'];
  return LINES.includes(type) ? ['jsonlines'] : [];
}
