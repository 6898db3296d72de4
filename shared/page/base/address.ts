import type { Language } from '../words/texts.ts';
import type { PageFeature, Value } from './data.ts';

/** What the page's address holds beside the inputs. */
export type View = { language?: Language; along?: number; time?: number };

/** Names of the view's parts in the address; a tilde keeps them apart from features. */
const NAMES = { language: '~lang', along: '~plot', time: '~time' };
/** Most characters of a query that is written: browsers and gateways take 8,192 of an address, and API Gateway 10,240 with all headers. */
const MAX_QUERY = 7_000;

/** The query of a view: every input that is not at its start, by its feature's name. Empty where that would be too long. */
export function writeQuery(features: PageFeature[], values: Value[], view: View): string {
  const query = new URLSearchParams();
  features.forEach((feature, at) => {
    const value = values[at] ?? null;
    if (value !== feature.start) query.append(feature.name, value === null ? '' : String(value));
  });
  if (view.language) query.append(NAMES.language, view.language);
  if (view.along !== undefined) query.append(NAMES.along, features[view.along]?.name ?? '');
  if (view.time !== undefined) query.append(NAMES.time, String(view.time));
  const text = query.toString();
  return text.length > MAX_QUERY ? '' : text;
}

/**
 * The inputs and the view that a query holds. What does not fit is left at its start, and so is a feature without a field (those at the places of
 * `order` have one): nobody would see that a link had changed it.
 */
export function readQuery(features: PageFeature[], text: string, order: number[]): { values: Value[]; view: View } {
  const query = new URLSearchParams(text);
  const values = features.map((feature, at) => {
    const given = order.includes(at) ? query.get(feature.name) : null;
    const value = given === null ? undefined : readValue(feature, given);
    return value === undefined ? feature.start : value;
  });
  const language = query.get(NAMES.language);
  const along = features.findIndex(({ name }) => name === query.get(NAMES.along));
  const time = Number(query.get(NAMES.time) ?? Number.NaN);
  return {
    values,
    view: {
      ...(language === 'en' || language === 'pt' ? { language } : {}),
      ...(along >= 0 ? { along } : {}),
      ...(Number.isFinite(time) ? { time } : {}),
    },
  };
}

/** A value as writeQuery wrote it (null is an empty text); undefined where it does not fit. */
function readValue(feature: PageFeature, text: string): Value | undefined {
  if (text === '' && !(feature.type === 'factor' && feature.levels.includes(''))) return null;
  switch (feature.type) {
    case 'number':
    case 'integer64': {
      const number = Number(text);
      const fits = feature.isSwitch ? number === 0 || number === 1 : Number.isFinite(number);
      return text.trim() !== '' && fits ? number : undefined;
    }
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined;
    case 'datetime':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/.test(text) ? text : undefined;
    case 'logical':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'factor':
      return feature.levels.includes(text) ? text : undefined;
  }
}
