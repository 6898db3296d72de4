/** A set of characters: ranges of code points, and named classes, or all others than these. */
export type CharacterSet = { isNegated: boolean; ranges: [number, number][]; classes: ClassName[] };

/** POSIX's classes, and the word of `\w`. */
export const CLASSES = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[0-9A-Za-z]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[\t-\r ]/,
  blank: /[\t ]/,
  punct: /[!-/:-@[-`{-~]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the class of these.
  cntrl: /[\0-\x1f\x7f]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  xdigit: /[0-9A-Fa-f]/,
  word: /[0-9A-Za-z_]/,
} as const;
export type ClassName = keyof typeof CLASSES;

const ASCII = 128;
/** Latin letters with accents, in which the C library and Unicode agree: À to ſ without the signs of multiplication and division. */
const isAccented = (code: number) => code >= 0xc0 && code <= 0x17f && code !== 0xd7 && code !== 0xf7;
const OF_LETTERS: readonly ClassName[] = ['alpha', 'alnum', 'word', 'print', 'graph'];
const NOT_OF_LETTERS: readonly ClassName[] = ['digit', 'xdigit', 'space', 'blank', 'punct', 'cntrl'];

/** For each class whether an ASCII character is in it. */
const TABLES = Object.fromEntries(
  Object.entries(CLASSES).map(([name, pattern]) => [
    name,
    Uint8Array.from({ length: ASCII }, (_, code) => Number(pattern.test(String.fromCharCode(code)))),
  ]),
) as Record<ClassName, Uint8Array>;

/**
 * Whether a character is in a class as R's regular expressions have it, which ask the C library of the machine. Undefined where that
 * depends on it: beyond ASCII only Latin letters with accents are known, and their case is not asked.
 */
export function isInClass(name: ClassName, code: number): boolean | undefined {
  if (code < ASCII) return TABLES[name][code] === 1;
  // iswdigit() and iswxdigit() know ASCII alone.
  if (name === 'digit' || name === 'xdigit') return false;
  if (!isAccented(code)) return undefined;
  if (OF_LETTERS.includes(name)) return true;
  return NOT_OF_LETTERS.includes(name) ? false : undefined;
}

/** Whether a character is in a set; undefined where a class does not say. */
export function isInSet({ isNegated, ranges, classes }: CharacterSet, code: number): boolean | undefined {
  let isIn: boolean | undefined = ranges.some(([least, most]) => code >= least && code <= most);
  for (const name of classes) {
    if (isIn === true) break;
    isIn = isInClass(name, code) === undefined ? undefined : isInClass(name, code) || isIn;
  }
  return isIn === undefined ? undefined : isIn !== isNegated;
}

/** The other case of a letter; undefined for what has none, or where it is not known. */
export function otherCase(code: number): number | undefined {
  const text = String.fromCodePoint(code);
  const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
  const other = lower === text ? upper : lower;
  return other !== text && other.length === 1 ? other.charCodeAt(0) : undefined;
}

/** Whether the case of a character is known: ASCII's, and that of Latin letters whose two cases are one letter each. */
export function hasKnownCase(code: number): boolean {
  return code < ASCII || (isAccented(code) && otherCase(code) !== undefined && code !== 0x130 && code !== 0x131 && code !== 0x17f);
}
