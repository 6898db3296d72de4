import type { Label } from '../features.ts';
import { type Language, TEXTS } from './texts.ts';

/** The element of an id, which the page's HTML has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found as T;
}

/** A new element with texts and elements in it; its members are set as properties, never as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  members: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), members);
  element.append(...children);
  return element;
}

/** Shows a text at a place that is hidden while there is none. */
export function say(place: HTMLElement, text: string): void {
  place.textContent = text;
  place.hidden = text === '';
}

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

/** Runs a function once its calls have paused for some milliseconds. */
export function paused(ms: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
}
