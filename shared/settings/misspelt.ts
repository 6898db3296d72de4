/** No program but ours has names that start so: what follows need not even look like one of ours. */
const OURS_ALONE = ['BREAKER_'];
/** Other programs have names that start so, too: what follows must have a word of ours. */
const OURS_BY_A_WORD = ['ENDPOINT_', 'DUAL_'];
/** Names that AWS and npm use. */
const OTHERS = ['AWS_', 'LAMBDA_', 'npm_'];
/** A shorter word says nothing: MS, ROW, NAME. */
const LEAST_WORD = 5;
/** From this length on a name with one wrong letter was meant to be ours; APP_PORT and API_PORT are two names that both exist. */
const ONE_WRONG_LETTER = 12;
/** From this length on two letters may be wrong. */
const TWO_WRONG_LETTERS = 16;

/**
 * Which of our settings a variable's name was meant to be; an empty text where it was meant to be one of ours and is near none;
 * undefined where it is one of ours, or more likely another program's. A name of a single word (PORT, HOST) is never guessed at:
 * too many programs have names near to it.
 */
export function meantBy(name: string, known: string[]): string | undefined {
  if (known.includes(name) || startsBy(OTHERS, name)) return undefined;
  const letters = lettersOf(name);
  const guesses = known.filter((one) => one.includes('_'));
  // The shorter ones are left out first, since a function's start waits for this.
  const same = guesses.find((one) => one.length >= letters.length && knownLettersOf(one) === letters);
  const near = same ?? guesses.find((one) => isNear(name, one));
  if (near !== undefined || !isOurs(name, known)) return near;
  const [first] = guesses.map((one) => ({ one, edits: editsTo(name, one) })).sort((one, other) => one.edits - other.edits);
  return first && first.edits <= first.one.length / 3 ? first.one : '';
}

/** Whether a name starts by one of the texts. No expression, which a function's start would have to compile. */
function startsBy(starts: readonly string[], name: string): boolean {
  return starts.some((start) => name.startsWith(start));
}

function isNear(name: string, known: string): boolean {
  const most = known.length >= TWO_WRONG_LETTERS ? 2 : 1;
  // These alone are enough for most names: a function's start waits for this, and the whole distance to each name took it milliseconds.
  if (Math.abs(name.length - known.length) > most || kindsApart(name, known) > 2 * most) return false;
  return editsTo(name, known) <= most && (known.length >= ONE_WRONG_LETTER || !isOneReplaced(name, known));
}

/** The letters that stand in a name, a bit each, of every name that was asked for. */
const KINDS = new Map<string, number>();

function kindsOf(name: string): number {
  let kinds = KINDS.get(name);
  if (kinds === undefined) {
    kinds = 0;
    for (let at = 0; at < name.length; at += 1) kinds |= 1 << (name.charCodeAt(at) & 31);
    KINDS.set(name, kinds);
  }
  return kinds;
}

/** How many kinds of letters stand in one of the names alone: an edit changes two at most. */
function kindsApart(name: string, known: string): number {
  let [count, others] = [0, kindsOf(name) ^ kindsOf(known)];
  for (; others !== 0; others &= others - 1) count += 1;
  return count;
}

/** The letters of our settings' names, which are compared with each variable of an environment. */
const LETTERS = new Map<string, string>();

function knownLettersOf(known: string): string {
  const letters = LETTERS.get(known) ?? lettersOf(known);
  LETTERS.set(known, letters);
  return letters;
}

function lettersOf(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}

/** Whether one name is the other with one letter in another's place. */
function isOneReplaced(name: string, known: string): boolean {
  return name.length === known.length && [...name].filter((letter, at) => letter !== known[at]).length === 1;
}

function isOurs(name: string, known: string[]): boolean {
  if (startsBy(OURS_ALONE, name)) return known.some((one) => startsBy(OURS_ALONE, one));
  if (!startsBy(OURS_BY_A_WORD, name)) return false;
  const words = known.filter((one) => startsBy(OURS_BY_A_WORD, one)).flatMap((one) => one.split('_').slice(1));
  const long = words.filter((word) => word.length >= LEAST_WORD);
  return name
    .split('_')
    .slice(1)
    .some((word) => word.length >= LEAST_WORD && long.some((one) => editsTo(word, one) <= 1));
}

/**
 * The least number of letters to add, drop, replace or swap with the next one that makes one name of the other (the distance of
 * Damerau and Levenshtein, each place edited once). For names of very
 * different lengths it is the longer one's length.
 */
function editsTo(name: string, known: string): number {
  if (name.length > 2 * known.length) return name.length;
  const [rows, columns] = [name.length + 1, known.length + 1];
  const table = new Uint8Array(rows * columns);
  const at = (row: number, column: number) => table[row * columns + column]!;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let least = row === 0 ? column : column === 0 ? row : Number.POSITIVE_INFINITY;
      if (row > 0 && column > 0) {
        const replaced = at(row - 1, column - 1) + (name[row - 1] === known[column - 1] ? 0 : 1);
        least = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, replaced);
        const isSwapped = row > 1 && column > 1 && name[row - 1] === known[column - 2] && name[row - 2] === known[column - 1];
        if (isSwapped) least = Math.min(least, at(row - 2, column - 2) + 1);
      }
      table[row * columns + column] = least;
    }
  }
  return at(rows - 1, columns - 1);
}
