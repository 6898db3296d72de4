import { fuzzArtifacts } from '../support/artifact-fuzz.ts';

/* node tests/fuzz/artifacts-main.ts [COUNT] [SEED]: opens COUNT changed artifacts, and ends with status 1 where one did what none may do. */

const count = Number(process.argv[2] ?? 5000);
const seed = Number(process.argv[3] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
const { refused, models, answers, wrong } = fuzzArtifacts(count, seed);
process.stdout.write(
  `fuzz: ${count} artifacts from seed ${seed}, ${refused} refused, ${models} models, ${answers} answers, ${wrong.length} wrong\n`,
);
for (const one of wrong.slice(0, 10)) process.stderr.write(`${one}\n`);
process.exitCode = wrong.length > 0 ? 1 : 0;
