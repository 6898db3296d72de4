import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOf } from './arguments.ts';
import { FUNCTIONS } from './functions.ts';
import { askLibrary, compileLibrary } from './library.ts';

/*
 * node tests/math/golden-main.ts NAME...: writes tests/math/golden/NAME.json, arguments of a function with the answers of the C library,
 * with and without fused multiplication. Half of them are such that the two answers differ, where enough do.
 */

/** How many arguments a file has, and of how many they are chosen. */
const [KEPT, LOOKED_AT] = [256, 1 << 19];
const SEED = 36;

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-math-'));
const encoded = (numbers: number[]) => Buffer.from(new Float64Array(numbers).buffer).toString('base64');
try {
  const program = compileLibrary(folder);
  for (const proved of FUNCTIONS.filter(({ name }) => process.argv.slice(2).includes(name))) {
    const width = proved.pairs ? 2 : 1;
    const rows = argumentsOf(proved, LOOKED_AT, SEED, LOOKED_AT).next().value as Float64Array;
    const fused = askLibrary(program, proved.name, rows, 'fused');
    const plain = askLibrary(program, proved.name, rows, 'plain');
    const places = Array.from(fused, (_, at) => at);
    const other = places.filter((at) => !Object.is(fused[at], plain[at])).slice(0, KEPT / 2);
    const rest = places.filter((at) => Object.is(fused[at], plain[at]));
    const every = Math.floor(rest.length / (KEPT - other.length));
    const kept = [...other, ...rest.filter((_, at) => at % every === 0)].slice(0, KEPT);
    const golden = {
      name: proved.name,
      arguments: encoded(kept.flatMap((at) => [...rows.subarray(at * width, (at + 1) * width)])),
      fused: encoded(kept.map((at) => fused[at]!)),
      plain: encoded(kept.map((at) => plain[at]!)),
    };
    writeFileSync(fileURLToPath(new URL(`golden/${proved.name}.json`, import.meta.url)), `${JSON.stringify(golden)}\n`);
    process.stdout.write(`${proved.name}: ${kept.length} arguments, ${other.length} with two answers\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
