import { RequestError } from '../errors.ts';

/** The forms a body may have. */
export type BodyForm = 'json' | 'csv' | 'jsonlines' | 'npy';
/** What a content type says of a body: its form, or nothing (`any`), or form fields, which is what `curl -d` says of all it sends. */
export type DeclaredForm = BodyForm | 'any' | 'fields';
/**
 * The forms an answer may have. `csvHeader` is CSV with a header line (RFC 4180's `header=present`), `table` and `tidymodels` are JSON objects with a column a member and nothing else, as vetiver's clients
 * read them in Python and in R.
 */
export type AnswerForm = 'json' | 'csv' | 'csvHeader' | 'jsonlines' | 'npy' | TableForm;
export type TableForm = 'table' | 'tidymodels';

/** The content type of each form. Without a charset: SageMaker's deserializers know `text/csv` alone, and all of it is UTF-8. */
export const CONTENT_TYPES: Record<BodyForm | AnswerForm, string> = {
  json: 'application/json',
  csv: 'text/csv',
  csvHeader: 'text/csv',
  jsonlines: 'application/jsonlines',
  npy: 'application/x-npy',
  table: 'application/json',
  tidymodels: 'application/json',
};

const LINES = ['application/jsonlines', 'application/x-jsonlines', 'application/ndjson', 'application/x-ndjson'];
const JSON_TYPES = ['text/json', 'application/json'];
/** What clients say without meaning it: a blob's type, a text's, none at all. The body itself shows what it is. */
const UNSAID = ['', 'text/plain', 'application/octet-stream'];

/** Most ranges of an Accept that are looked at, and parts of a media type: a head of 16 KB has room for thousands, and nobody means them. */
const MOST = { ranges: 100, parts: 32 };

/** A media type and its parameters, in lower case. */
function mediaType(header: string): { type: string; parameters: Map<string, string> } {
  const [type = '', ...rest] = header.toLowerCase().split(';', MOST.parts);
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim(), value.trim().replaceAll('"', '')];
    }),
  );
  return { type: type.trim(), parameters };
}

/** What a Content-Type says of a body. Throws a 415 for a type or a charset that cannot be read. */
export function bodyForm(contentType: string | undefined): DeclaredForm {
  if (contentType === 'application/json') return 'json';
  const { type, parameters } = mediaType(contentType ?? '');
  const charset = parameters.get('charset') ?? 'utf-8';
  if (!['utf-8', 'utf8', 'us-ascii', 'ascii'].includes(charset)) {
    throw new RequestError(415, 'the charset cannot be read; expected utf-8');
  }
  if (type === 'text/csv' || type === 'application/csv') return 'csv';
  if (LINES.includes(type)) return 'jsonlines';
  if (JSON_TYPES.includes(type) || /^application\/[\w.-]+\+json$/.test(type)) return 'json';
  if (type === 'application/x-npy') return 'npy';
  if (UNSAID.includes(type)) return 'any';
  if (type === 'application/x-www-form-urlencoded') return 'fields';
  const expected = 'expected application/json, text/csv, application/jsonlines or application/x-npy';
  if (type !== 'multipart/form-data') throw new RequestError(415, `the content type cannot be read; ${expected}`);
  const instead = 'send the file itself: curl -H "content-type: text/csv" --data-binary @rows.csv';
  throw new RequestError(415, `a multipart form cannot be read; ${instead}`);
}

/**
 * The form of the answer by Accept (RFC 9110, 12.5.1). The most specific range that a form lies in says how much it is wanted; the
 * form of the greatest weight is given, of equal ones that whose range is named first, and JSON before the others. A weight that
 * cannot be read counts as 1; ranges behind the first hundred count for nothing. CSV has a header line where it is asked for as `text/csv; header=present`. A bare table is asked for by the query's `format`, or as `application/json;format=table`. Throws a 406
 * where no form is wanted, and a 400 for another `format`.
 */
export function answerForm(accept: string | undefined, format?: string): AnswerForm {
  if (format !== undefined) {
    if (isTable(format)) return format;
    throw new RequestError(400, 'the format in the query cannot be given; expected format=table or format=tidymodels');
  }
  if (accept === undefined || accept === '*/*' || accept === 'application/json' || accept.trim() === '') return 'json';
  const ranges = accept.split(',', MOST.ranges).map((range, place) => {
    const { type, parameters } = mediaType(range);
    const specific = type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2;
    const beside = { format: parameters.get('format'), header: parameters.get('header') };
    return { forms: rangeForms(type), weight: weightOf(parameters.get('q')), specific, place, ...beside };
  });
  const wanted = rangeForms('*/*').flatMap((form) => {
    const fits = ranges.filter(({ forms }) => forms.includes(form)).sort((a, b) => b.specific - a.specific || b.weight - a.weight);
    return fits[0] && fits[0].weight > 0 ? [{ form, ...fits[0] }] : [];
  });
  const [best] = wanted.sort((a, b) => b.weight - a.weight || a.place - b.place);
  if (best?.form === 'csv' && best.header === 'present') return 'csvHeader';
  if (best) return best.form === 'json' && isTable(best.format) ? best.format : best.form;
  const expected = 'expected application/json, text/csv, application/jsonlines or application/x-npy';
  throw new RequestError(406, `no answer of the kinds in Accept can be given; ${expected}`);
}

function isTable(format: string | undefined): format is TableForm {
  return format === 'table' || format === 'tidymodels';
}

/** A weight from 0 to 1 (RFC 9110, 12.4.2). */
function weightOf(text: string | undefined): number {
  return text !== undefined && /^(?:0(?:\.\d{0,9})?|1(?:\.0{0,9})?)$/.test(text) ? Number(text) : 1;
}

/** The forms within a media range, in the order of preference. */
function rangeForms(type: string): AnswerForm[] {
  if (type === '*/*') return ['json', 'csv', 'jsonlines', 'npy'];
  if (type === 'application/*') return ['json', 'jsonlines', 'npy'];
  if (type === 'application/json') return ['json'];
  if (type === 'application/x-npy') return ['npy'];
  if (['text/csv', 'application/csv', 'text/*'].includes(type)) return ['csv'];
  return LINES.includes(type) ? ['jsonlines'] : [];
}
