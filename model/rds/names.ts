/** Words that R does not take for names. */
const RESERVED = new Set([
  ...['if', 'else', 'repeat', 'while', 'function', 'for', 'next', 'break', 'TRUE', 'FALSE', 'NULL', 'Inf', 'NaN', 'NA', 'in'],
  ...['NA_integer_', 'NA_real_', 'NA_character_', 'NA_complex_'],
]);

/** A letter, or a digit of a script with digits of its own: what iswalpha() of the C library takes. */
const FIRST = /^(?:[\p{L}\p{Nl}]|(?![0-9])\p{Nd}|\.(?![0-9]))/u;

/** R's make.names() of one text (character.c, do_makenames). */
export function makeName(text: string): string {
  const isNamed = FIRST.test(text) || text === '.';
  const valid = (isNamed ? text : `X${text}`).replaceAll(/[^\p{L}\p{Nd}\p{Nl}._]/gu, '.');
  return RESERVED.has(valid) ? `${valid}.` : valid;
}

/**
 * R's make.names(unique = TRUE), as read.csv() calls the columns of a file. Of two names that become one, that which was valid before keeps it,
 * wherever it stands.
 */
export function validNames(given: readonly string[]): string[] {
  const names = given.map(makeName);
  const taken = new Set(names);
  const seen = new Set<string>();
  // Where the numbers of a name go on: below it all are taken.
  const next = new Map<string, number>();
  const uniqueOf = (name: string) => {
    let unique = name;
    if (seen.has(name)) {
      let at = next.get(name) ?? 1;
      while (taken.has(`${name}.${at}`)) at += 1;
      next.set(name, at + 1);
      unique = `${name}.${at}`;
    }
    seen.add(unique);
    taken.add(unique);
    return unique;
  };
  const kept = names.map((name, at) => (name === given[at] ? uniqueOf(name) : undefined));
  return names.map((name, at) => kept[at] ?? uniqueOf(name));
}

/** A field in quotes. */
const QUOTED = /"((?:[^"]|"")*)"/g;

/**
 * The names of a CSV's first line, as read.csv() of R takes them: white space around a name goes where it is not in quotes. `text` is the file's, of
 * which a line break in quotes is no end that matters here.
 */
export function strippedNames(names: readonly string[], text: string): string[] {
  if (names.every((name) => name === name.trim())) return [...names];
  const end = text.indexOf('\n');
  const line = end < 0 ? text : text.slice(0, end);
  const quoted = new Set(Array.from(line.matchAll(QUOTED), ([, name = '']) => name.replaceAll('""', '"')));
  return names.map((name) => (quoted.has(name) ? name : name.trim()));
}
