import { differences, readCases } from './cases.ts';

// An entry, started by .ci/run: compares every case of a folder that make.R filled with R's objects, in one and in two
// threads, and prints the count and the seeds.
const [folder] = process.argv.slice(2) as [string];
let failed = 0;
const cases = Object.entries(readCases(folder));
for (const [name, given] of cases) {
  for (const threads of [1, 2]) {
    const found = await differences(folder, name, given, threads);
    if (found.length === 0) continue;
    failed += 1;
    console.log(`${name} in ${threads} threads (seed ${given.seed})\n  ${found.slice(0, 5).join('\n  ')}`);
  }
}
console.log(`${cases.length} forests compared with R's ranger node by node, each in 1 and in 2 threads: ${failed} differ`);
console.log(`seeds ${cases.map(([, { seed }]) => seed).join(' ')}`);
process.exitCode = failed === 0 ? 0 : 1;
