import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { works } from '../children.ts';
import { commitBefore, compareParts, type MeasurePart } from './against.ts';
import { comparedText, type Ratios } from './compare.ts';

/** Made figures: what each run of a code gives for the ratio of its one peer, in the runs' order; undefined for a part that it lacks. */
type Made = Record<'older' | 'ours', readonly (number | undefined)[]>;

/** The verdict on made figures of one part, with the runs in their order and what was said. */
async function judged(made: Made) {
  const runs: string[] = [];
  const said: string[] = [];
  const left = { older: [...made.older], ours: [...made.ours] };
  const measure: MeasurePart = async (of) => {
    runs.push(of);
    const ratio = left[of].shift();
    return ratio === undefined ? undefined : (new Map([['heart, 1 row, ranger', ratio]]) satisfies Ratios);
  };
  const all = await compareParts('f2e1c25', ['heart'], measure, (line) => said.push(line));
  return { verdicts: all.map(({ verdict }) => verdict), runs, said, ...comparedText(all, 'f2e1c25') };
}

describe('both codes take turns', () => {
  const once = ['older', 'ours', 'older', 'older'];

  test('the older three times, ours once where no ratio is slower', async () => {
    expect(await judged({ older: [100, 110, 120], ours: [96] })).toMatchObject({ verdicts: ['holds'], runs: once, fails: false });
  });

  test('ours again where one is slower than the slowest of the older by more than 5 %: it fails where it is so again', async () => {
    const again = [...once, 'ours'];
    expect(await judged({ older: [110, 100, 120], ours: [95, 94] })).toMatchObject({ verdicts: ['slower'], runs: again, fails: true });
    expect(await judged({ older: [110, 100, 120], ours: [95, 96] })).toMatchObject({
      verdicts: ['slower once'],
      runs: again,
      fails: false,
    });
  });

  test('a second run without the figure does not excuse the first', async () => {
    expect(await judged({ older: [100, 100, 100], ours: [50, undefined] })).toMatchObject({ verdicts: ['slower'], fails: true });
  });

  test('a part that the older code does not have is left out, and said', async () => {
    const { runs, said, line } = await judged({ older: [undefined], ours: [] });
    expect([runs, said]).toEqual([['older'], ['heart: not measured: f2e1c25 does not have it']]);
    expect(line).toBe('no ratio was measured in both');
  });

  test('once the time is up no part is begun, and those left out are named', async () => {
    const said: string[] = [];
    const begun: string[] = [];
    const measure: MeasurePart = async (_, part) => {
      begun.push(part);
      return new Map([[`${part}, ranger`, 2]]);
    };
    const all = await compareParts(
      'f2e1c25',
      ['heart', 'iris'],
      measure,
      (line) => said.push(line),
      () => begun.length > 0,
    );
    expect(all.map(({ name }) => name)).toEqual(['heart, ranger']);
    expect([begun.includes('iris'), said]).toEqual([false, ['iris: not measured: 60 minutes are over']]);
  });
});

const withGit = works('git', ['--version']) ? describe : describe.skip;
withGit('the commit before the change', () => {
  let folder = '';
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = (text: string) => {
    writeFileSync(path.join(folder, 'file'), text);
    git('add', 'file');
    git('commit', '-q', '-m', text);
    return git('rev-parse', 'HEAD');
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'canopy-commits-'));
    git('init', '-q', '-b', 'main');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is the one before the last on main', () => {
    const first = commit('one');
    commit('two');
    expect(commitBefore(folder)).toBe(first);
  });

  test('is the one where a branch left main', () => {
    const first = commit('one');
    git('checkout', '-q', '-b', 'change');
    commit('two');
    commit('three');
    expect(commitBefore(folder)).toBe(first);
  });

  test('is the last one where files are changed', () => {
    commit('one');
    writeFileSync(path.join(folder, 'file'), 'changed');
    expect(commitBefore(folder)).toBe('HEAD');
  });

  test('is missed, in words, where there is no history', () => {
    commit('one');
    expect(() => commitBefore(folder)).toThrow('--against: found no commit before this one, expected a clone with history');
  });
});
