import type { Label } from '../../schema/features.ts';
import { type Language, TEXTS } from './texts.ts';

/** The page's words in the language chosen. */
export type Words = {
  language: Language;
  /** One of the page's own texts. */
  text(key: string): string;
  /** The text of a key that may be none, such as a reason of another version's. */
  known(key: string): string | undefined;
  label(label: Label): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
};

/** The words in a language. */
export function wordsIn(language: Language): Words {
  return {
    language,
    text: (key) => TEXTS[language][key] ?? key,
    known: (key) => TEXTS[language][key],
    label: (label) => (typeof label === 'string' ? label : label[language]),
    number: (value, options) => new Intl.NumberFormat(language, options).format(value),
  };
}
