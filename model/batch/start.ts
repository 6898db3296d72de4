import { rm } from 'node:fs/promises';
import { ModelError } from '../../shared/errors.ts';
import { checkHead, type Head, type Kept, readJournal } from './journal.ts';
import { discard, type Files, sizeOf } from './output.ts';
import { counted } from './progress.ts';

/** What the head of a journal has beside the rest where the run replaces an output that is there: one that goes on does so too. */
export const REPLACES: Head = { replaces: true };

/** Goes on behind what an earlier run wrote, or begins anew and replaces what is there; `new`: a file that is there is an error. */
export type Mode = 'new' | 'resume' | 'force';

/** How a run begins: what of an earlier one it goes on with, where it does, and whether it may replace an output that is there. */
type Beginning = { kept: Kept | undefined; replaces: boolean };

/**
 * What an earlier run left that this one goes on with. Throws a ModelError where a file would be overwritten that nobody said may be, or where
 * that run was another.
 */
export async function leftover({ files, mode }: { files: Files; mode: Mode }, head: Head): Promise<Beginning> {
  if (mode === 'force') {
    await discard(files);
    return { kept: undefined, replaces: true };
  }
  const [kept, part, output] = [await readJournal(files.journal), await sizeOf(files.part), await sizeOf(files.output)];
  const isNamed = kept?.isWhole === true && part === undefined && output === kept.place?.written;
  const replaces = kept !== undefined && replacesOutput(kept);
  if (output !== undefined && !(mode === 'resume' && (isNamed || replaces))) {
    throw new ModelError(files.output, 'a file that is there already', 'another name, or --force to replace it');
  }
  if (mode === 'new' && (kept || part !== undefined)) {
    const rows = kept?.place ? `${counted(kept.place.rows + kept.place.bad)} rows` : 'nothing that counts';
    throw new ModelError(
      kept ? files.journal : files.part,
      `an earlier run that did not end, which wrote ${rows}`,
      '--resume to go on with it, or --force to begin anew',
    );
  }
  if (kept && kept.bytes > 0) {
    checkHead(files.journal, kept, { ...head, ...(replaces ? REPLACES : {}) });
    if (kept.place) return { kept, replaces };
    await discard(files);
    return { kept: undefined, replaces };
  }
  if (part !== undefined) throw new ModelError(files.part, 'no journal of it that can be read', 'one, or --force to begin anew');
  await rm(files.journal, { force: true });
  return { kept: undefined, replaces: false };
}

function replacesOutput({ head }: Kept): boolean {
  return head !== '' && (JSON.parse(head) as Head).replaces === true;
}
