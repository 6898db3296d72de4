import { createRequire } from 'node:module';

type Sequencer = typeof import('@jest/test-sequencer').default;
type Tests = Parameters<InstanceType<Sequencer>['sort']>[0];
// Its types say that it is CommonJS, which it is only by require.
const Sequencer: Sequencer = createRequire(import.meta.url)('@jest/test-sequencer').default;

/** Where jest knows no times yet, as in a fresh clone: what starts processes first, then what takes seconds, then all others. */
const SLOWEST_FIRST = ['.integration.test.ts', '.long.test.ts', ''];

/** Orders the suites as jest does, by the time that they took last; without times, by what their names say. */
export class SlowestFirst extends Sequencer {
  override sort(tests: Tests): Tests {
    const sorted = super.sort(tests) as Tests;
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    const rank = ({ path }: Tests[number]) => SLOWEST_FIRST.findIndex((end) => path.endsWith(end));
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}

export default SlowestFirst;
