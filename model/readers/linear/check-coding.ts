import { ModelError } from '../../../shared/errors.ts';
import { LACKING } from '../levels-by-names.ts';
import type { Design } from './design.ts';

/**
 * Compares the columns of a design with the names that the model kept of its own. A model that keeps no contrasts was made by those of its
 * R session: by others than R's usual ones its columns have other names, and R's predict() too answers something else elsewhere.
 */
export function checkCoding({ names, intercept }: Design, kept: readonly string[] | undefined, label: string): void {
  const made = intercept ? names.slice(1) : names;
  const odd = made.findIndex((name, at) => {
    const own = kept?.[at];
    return own !== undefined && name !== undefined && !name.includes(LACKING) && lettersOf(name) !== lettersOf(own);
  });
  if (odd < 0) return;
  const expected = `${made[odd]}, by R's usual contrasts: options(contrasts = c("contr.treatment", "contr.poly"))`;
  throw new ModelError(`${label}'s contrasts, which it does not keep`, `the column ${kept?.[odd]}`, expected);
}

/** What make.names() and backquotes leave of a name in any locale. */
function lettersOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').replace(/^X/, '');
}
