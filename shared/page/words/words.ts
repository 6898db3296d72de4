import type { Label } from '../../schema/features.ts';
import { type Language, TEXTS } from './texts.ts';

/** The page's words in the language chosen. */
export type Words = {
  language: Language;
  /** One of the page's texts. */
  text(key: string): string;
  /** The text of a key that may be none, such as a reason of another version's. */
  known(key: string): string | undefined;
  label(label: Label): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
};

/** The words in a language. */
export function wordsIn(language: Language): Words {
  // To make a format takes a browser a tenth of a millisecond, and a plot writes a hundred numbers.
  const formats = new Map<string, Intl.NumberFormat>();
  return {
    language,
    text: (key) => TEXTS[language][key] ?? key,
    known: (key) => TEXTS[language][key],
    label: (label) => (typeof label === 'string' ? label : label[language]),
    number: (value, options) => {
      const key = JSON.stringify(options) ?? '';
      const format = formats.get(key) ?? new Intl.NumberFormat(language, options);
      formats.set(key, format);
      return format.format(value);
    },
  };
}
