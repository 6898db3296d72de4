import { type Dirent, readdirSync } from 'node:fs';
import path from 'node:path';
import { ModelError } from '../../shared/errors.ts';
import { readConfig } from './config.ts';
import type { Places } from './places.ts';

/** The files of a channel: its data, and a sidecar where one lies beside them. */
export type Channel = { data: string; sidecar: string | undefined };
/** What a job is trained on, and what it is measured by. */
export type Channels = { train: Channel; validation: Channel | undefined };

const NAMES = ['train', 'validation'];
/** Most files of a channel that are looked at. */
const MOST_FILES = 1_000;
/** How many files an error names. */
const NAMED = 5;

/** Finds the files of the channels. Throws a ModelError where one is missing, is unknown, or has not exactly one file of data. */
export function findChannels(places: Places): Channels {
  const config = readConfig(places.channels) ?? {};
  for (const [name, about] of Object.entries(config)) {
    if (!NAMES.includes(name)) throw new ModelError(`the channel ${JSON.stringify(name)}`, 'no such name', NAMES.join(' or '));
    checkChannel(name, (about ?? {}) as Record<string, unknown>);
  }
  const train = filesOf(places.data, 'train');
  if (!train)
    throw new ModelError('the channel "train"', `no folder ${path.join(places.data, 'train')}`, 'a channel with a CSV or Parquet file');
  return { train, validation: filesOf(places.data, 'validation') };
}

/** Throws a ModelError unless a job runs on one host: others would grow the same forest once more. */
export function checkHosts(places: Places): void {
  const { hosts } = readConfig(places.hosts) ?? {};
  if (Array.isArray(hosts) && hosts.length > 1)
    throw new ModelError('the job', `${hosts.length} instances`, 'one: a forest is grown on one');
}

/** What the platform says of a channel has to be what is read here. */
function checkChannel(name: string, about: Record<string, unknown>): void {
  const expected: Record<string, [RegExp, string]> = {
    ContentType: [
      /^(?:text\/csv|application\/csv|application\/(?:x-|vnd\.apache\.)?parquet)?(?:;.*)?$/i,
      'text/csv or application/x-parquet',
    ],
    TrainingInputMode: [/^(?:File|FastFile)$/, 'File or FastFile'],
    RecordWrapperType: [/^(?:None)?$/, 'None'],
    CompressionType: [/^(?:None)?$/, 'None'],
  };
  for (const [member, [form, words]] of Object.entries(expected)) {
    const found = about[member];
    if (found === undefined || found === null || form.test(String(found).slice(0, 200))) continue;
    throw new ModelError(`the channel "${name}"`, `${member} ${String(found).slice(0, 200)}`, words);
  }
}

function filesOf(folder: string, name: string): Channel | undefined {
  const files = listFiles(path.join(folder, name));
  if (!files) return undefined;
  const { data, sidecar } = chooseFiles(files, `the channel "${name}"`);
  const at = (file: string) => path.join(folder, name, file);
  return { data: at(data), sidecar: sidecar === undefined ? undefined : at(sidecar) };
}

/**
 * Which of the files of a channel, by their paths, are the data and the sidecar; hidden ones and markers (_SUCCESS) are none. Throws a
 * ModelError where there is not exactly one of data.
 */
export function chooseFiles(all: string[], label: string): Channel {
  const files = all.filter((file) => !/(?:^|\/)[._][^/]*$/.test(file)).sort();
  const sidecars = files.filter((file) => /(?:^|[./])model\.json$/.test(file));
  const data = files.filter((file) => !sidecars.includes(file));
  const [only] = data;
  const shown = (names: string[]) =>
    `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`;
  if (only === undefined) throw new ModelError(label, 'no file of data', 'one CSV or Parquet file');
  if (data.length > 1)
    throw new ModelError(label, `${data.length} files: ${shown(data)}`, 'one CSV or Parquet file, and beside it a sidecar *.model.json');
  if (sidecars.length > 1) throw new ModelError(label, `${sidecars.length} sidecars: ${shown(sidecars)}`, 'one');
  if (/\.(?:gz|zip|bz2|xz|zst|xlsx?)$/i.test(only)) throw new ModelError(label, only, 'a CSV or Parquet file that is not packed');
  return { data: only, sidecar: sidecars[0] };
}

/** The files below a folder, by their paths in it; undefined where there is no folder. */
function listFiles(folder: string): string[] | undefined {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (entries.length > MOST_FILES) throw new ModelError(folder, `${entries.length} files`, `at most ${MOST_FILES}`);
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
}
