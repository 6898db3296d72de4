import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { takeTurn } from '../../../container/deploy/turn.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-turn-'));
const lock = path.join(folder, 'below', 'turn');
const TURN = { doing: 'at work here', mostMs: 10_000, againMs: 5 };

beforeEach(() => rmSync(path.dirname(lock), { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the turn of a command', () => {
  test('is taken where nobody has it, and is given back whole', async () => {
    const end = await takeTurn(lock, TURN);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    end();
    expect(readdirSync(path.dirname(lock))).toEqual([]);
  });

  test('is waited for while the process that has it runs, with one sentence', async () => {
    const told: string[] = [];
    const end = await takeTurn(lock, TURN);
    let isEnded = false;
    const next = takeTurn(lock, {
      ...TURN,
      onWait: (sentence) => {
        told.push(sentence);
        setTimeout(() => {
          isEnded = true;
          end();
        }, 50);
      },
    });
    (await next)();
    expect(isEnded).toBe(true);
    expect(told).toEqual([`another command (process ${process.pid}) is at work here; it is waited for`]);
  });

  test('of a process that is gone is taken by one of twenty at once, then by the next', async () => {
    (await takeTurn(lock, TURN))();
    // No process has so high an id: Linux counts to 4,194,304.
    writeFileSync(lock, '99999999');
    let atOnce = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const end = await takeTurn(lock, TURN);
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setTimeout(resolve, 2));
        atOnce -= 1;
        end();
      }),
    );
    expect(most).toBe(1);
    expect(readdirSync(path.dirname(lock))).toEqual([]);
  });

  test('of a killed process that had the id of this one, as in a container, is taken', async () => {
    (await takeTurn(lock, TURN))();
    writeFileSync(lock, String(process.pid));
    (await takeTurn(lock, { ...TURN, mostMs: 20 }))();
    expect(readdirSync(path.dirname(lock))).toEqual([]);
  });

  test('of a process that was killed before it wrote its id is taken; of one that may be about to, it is waited for', async () => {
    (await takeTurn(lock, TURN))();
    writeFileSync(lock, '');
    await expect(takeTurn(lock, { ...TURN, mostMs: 20 })).rejects.toThrow(`${lock}: another command is at work here`);
    const before = new Date(Date.now() - 60_000);
    utimesSync(lock, before, before);
    (await takeTurn(lock, { ...TURN, mostMs: 20 }))();
    expect(readdirSync(path.dirname(lock))).toEqual([]);
  });

  test('is refused where the other does not end, and the file is named', async () => {
    const end = await takeTurn(lock, TURN);
    await expect(takeTurn(lock, { ...TURN, mostMs: 20 })).rejects.toThrow(
      `${lock}: another command (process ${process.pid}) is at work here; expected it to end; delete that file where none runs any more`,
    );
    end();
  });
});
