import { readFileSync } from 'node:fs';
import { readCsv } from '../../../model/train/data/read-csv.ts';
import { trainForest } from '../../../model/train/train.ts';

// An entry, started by bench-main.ts: what tests/golden/train/bench.R does, here. Prints the same numbers.
const [file, threads, trees] = process.argv.slice(2) as [string, string, string];
const table = readCsv(readFileSync(file, 'utf8'), file);
const before = process.resourceUsage().maxRSS;
const start = performance.now();
const cpu = process.cpuUsage();
const { grown } = await trainForest(table, {
  formula: 'y ~ .',
  arguments: { 'num.trees': Number(trees), 'num.threads': Number(threads) },
  seeds: { seed: 42 },
});
const { user, system } = process.cpuUsage(cpu);
console.log((performance.now() - start) / 1000, (user + system) / 1e6, process.resourceUsage().maxRSS, before, grown.oob?.error);
