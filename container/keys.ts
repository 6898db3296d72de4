import { createHash, randomBytes } from 'node:crypto';
import { printable } from '../model/artifact/printable.ts';
import { endInWords, print, readCommandLine } from '../model/commands/command-line.ts';
import { isLimit, KEY_NAME, MOST_PER_SECOND } from '../shared/access/stored-key.ts';
import { AwsError } from './deploy/aws.ts';
import { fileStore } from './deploy/keys-file.ts';
import { type KeysStore, type ListedKey, tableStore } from './deploy/keys-store.ts';
import { regionProblem } from './deploy/regions.ts';
import { readPlace } from './deploy/steps.ts';

const HELP = `The keys that callers of an API have, of a stage deployed with --param auth=keys or of a container's file.

  npm run keys -- add NAME [--per-second 5]   makes a key and shows it, once
  npm run keys -- list                        the callers' names, limits, and how many requests were let through
  npm run keys -- remove NAME                 the key opens nothing any more, within a minute

  --stage dev, --region sa-east-1   which API
  --file FILE                       the file of a container instead (API_KEYS_FILE)
  --per-second NUMBER               how many requests a second the key may send; without it the API's own throttle holds

A key goes as the header x-api-key, or as Authorization: Bearer. Only its sha256 is kept: a key that is lost is removed, and another made.
`;

await main().catch(endInWords);

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = readCommandLine({
    options: { stage: text, region: text, file: text, 'per-second': text, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    print(HELP);
    return;
  }
  const [command, name, ...rest] = positionals;
  const takesName = command === 'add' || command === 'remove';
  if ((!takesName && command !== 'list') || rest.length > 0 || (name !== undefined) !== takesName)
    throw new AwsError(`found ${positionals.join(' ') || 'nothing'}, expected add NAME, list or remove NAME; --help says more`);
  if (values['per-second'] !== undefined && command !== 'add') throw new AwsError(`--per-second: found it with ${command}, expected add`);
  if (name !== undefined && !KEY_NAME.test(name))
    throw new AwsError(`${name}: expected letters, digits, dots, hyphens and underscores, 64 at most, the first a letter or a digit`);
  const store = storeOf(values);
  if (command === 'list') list(store.name, await store.list());
  else if (command === 'add') await add(store, name as string, values['per-second'], optionsOf(values));
  else {
    await store.remove(name as string);
    console.log(`${store.name}: the key of ${name} opens nothing any more, within a minute`);
  }
}

function storeOf({
  file,
  stage,
  region,
}: {
  file?: string | undefined;
  stage?: string | undefined;
  region?: string | undefined;
}): KeysStore {
  if (file !== undefined) {
    if (stage !== undefined || region !== undefined)
      throw new AwsError('--file: found --stage or --region with it, expected one or the other');
    return fileStore(file);
  }
  const place = readPlace({ stage, region });
  const problem = regionProblem(place.region);
  if (problem !== undefined) throw new AwsError(problem);
  return tableStore(place.region, place.stage);
}

/** The options by which the same keys are found again. */
function optionsOf(values: { stage?: string | undefined; region?: string | undefined; file?: string | undefined }): string {
  return (['stage', 'region', 'file'] as const)
    .map((option) => (values[option] === undefined ? '' : ` --${option} ${values[option]}`))
    .join('');
}

async function add(store: KeysStore, name: string, given: string | undefined, options: string): Promise<void> {
  const perSecond = given === undefined ? undefined : Number(given);
  if (perSecond !== undefined && !(/^\d+(?:\.\d+)?$/.test(given ?? '') && isLimit(perSecond)))
    throw new AwsError(`--per-second: found ${given}, expected a number from 0.01 to ${MOST_PER_SECOND}`);
  // 256 bits, so that a hash without salt and without rounds keeps them safe.
  const key = `canopy_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  await store.add({ name, sha256, made: new Date().toISOString().slice(0, 10), ...(perSecond === undefined ? {} : { perSecond }) });
  const limit = perSecond === undefined ? '' : `, ${perSecond} requests a second`;
  process.stderr.write(`${store.name}: the key of ${name}${limit}; it is shown this once and kept nowhere\n`);
  print(`${key}\n`, `the key reached nobody: npm run keys -- remove ${name}${options}, and make it again`);
}

function list(where: string, keys: ListedKey[]): void {
  if (keys.length === 0) {
    console.log(`${where}: no keys; npm run keys -- add NAME makes one`);
    return;
  }
  const rows = keys
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, perSecond, made, used, sha256 }) => [
      name,
      perSecond?.toString() ?? 'no limit',
      used?.toString() ?? '-',
      made,
      sha256.slice(0, 8),
    ]);
  const all = [['name', 'a second', 'let through', 'made', 'sha256'], ...rows];
  const widths = (all[0] as string[]).map((_, at) => Math.max(...all.map((row) => (row[at] as string).length)));
  for (const row of all)
    console.log(
      printable(
        row
          .map((cell, at) => cell.padEnd(widths[at] as number))
          .join('  ')
          .trimEnd(),
      ),
    );
}
