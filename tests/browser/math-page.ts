import { argumentsOf } from '../math/arguments.ts';
import { FUNCTIONS } from '../math/functions.ts';

/** How many arguments of each function are computed. */
const COUNT = 4000;
const SEED = 2026;

/**
 * For each function of shared/math, with and without fused multiplication, a number made of all bits of its answers: the same in
 * two engines where all answers are.
 */
export function digests(): Record<string, number> {
  const found: Record<string, number> = {};
  for (const proved of FUNCTIONS) {
    const width = proved.pairs ? 2 : 1;
    for (const way of ['fused', 'plain'] as const) {
      let digest = 0;
      for (const rows of argumentsOf(proved, COUNT, SEED)) {
        const answers = new Float64Array(rows.length / width);
        for (let at = 0; at < answers.length; at += 1) {
          const answer = proved[way](rows[at * width]!, rows[at * width + 1]!);
          // Engines have NaNs with other bits.
          answers[at] = Number.isNaN(answer) ? 0.25 : answer;
        }
        for (const word of new Uint32Array(answers.buffer)) digest = Math.imul(digest ^ word, 0x01000193);
      }
      found[`${proved.name}, ${way}`] = digest;
    }
  }
  return found;
}
