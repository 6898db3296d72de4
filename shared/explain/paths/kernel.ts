import { instantiate } from '../../wasm/assembler.ts';
import { writeAdd } from './code.ts';
import { type Areas, constantsAt, type PathTable, RECORD, RECORD_BYTES, slotOf } from './memory.ts';

/*
 * One row's way through one tree (../tree-shap.ts), twice with the same bits: in WebAssembly, two points at a time, and in JavaScript, where an
 * engine has no vectors. Both add the points up in two sums, those at even places and those at odd ones, and these at the end.
 *
 * A row goes down the inner splits, which make the products of their ways; through the outer ones at once, as below them are leaves alone; and up the
 * inner ones again. No branch asks which way the row goes, as that is as good as drawn: places are chosen.
 *
 * Why: of each node its factor and gain, by tables or by divisions, took as many steps again and read up to 230 bytes a node; a split takes 48 here.
 * Measured: 2026-11-29, in turns in one process, 2 busy cores: a row of 500 full trees of depth 6 takes 0.23 of the time before, 1,000 rows 0.27.
 */

/** Adds what a tree gives each input of a row, whose numbers lie in the memory behind its contributions, to these. */
export type PathKernel = (table: PathTable, row: number) => void;

/** Most points of a tree for which code is written in WebAssembly: that grows with them. */
export const MOST_POINTS = 32;

/** The kernel for memory of these areas. */
export function makeKernel(memory: WebAssembly.Memory, areas: Areas): PathKernel {
  const plain = plainKernel(memory.buffer as ArrayBuffer, areas);
  const counts = [...areas.constants.keys()].filter((count) => count > 0 && count <= MOST_POINTS);
  try {
    const functions = counts.map((count) => writeAdd(String(count), count, areas));
    const made = instantiate(functions, [{ memory, pages: memory.buffer.byteLength / 65_536, shared: false }]);
    const adds = Array.from({ length: MOST_POINTS + 1 }, (_, count) => made[String(count)]);
    return (table, row) => {
      const add = adds[table.points];
      if (add) add(table.records, table.numbers, table.inner, table.outer, table.leaves, row);
      else plain(table, row);
    };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return plain;
  }
}

/** The kernel in JavaScript. */
export function plainKernel(buffer: ArrayBuffer, areas: Areas): PathKernel {
  const [wholes, doubles] = [new Int32Array(buffer), new Float64Array(buffer)];
  const whole = (at: number) => wholes[at / 4]!;
  const double = (at: number) => doubles[at / 8]!;
  return ({ records, numbers, inner, outer, leaves, points, stride }, row) => {
    const slot = slotOf(stride);
    const constants = constantsAt(areas.constants.get(points)!, stride);
    const slotAt = (number: number) => areas.slots + number * slot.bytes;
    /** What the test of a split says: whether the row goes the first way, whether it comes here by the same input above, and the rates and the missed share by that. */
    const meet = (record: number) => {
      const isFirst = double(row + whole(record + RECORD.value)) <= double(record + RECORD.cut);
      const comes = whole(whole(record + RECORD.above)) === 1;
      const rates = comes ? whole(record + RECORD.rates) : constants.missed;
      return { isFirst, comes, rates, share: double(record + (isFirst ? RECORD.ofSecond : RECORD.ofFirst)) };
    };
    /** Adds what a split's ways differ by to its input's contribution, and makes its sums of that. */
    const give = (record: number, own: number, rates: number, goes: (at: number) => number, part: (at: number) => number) => {
      const found = [0, 0];
      for (let at = 0; at < 8 * stride; at += 8) {
        const lane = (at / 8) & 1;
        const gain = double(own + slot.products + at) * double(rates + 8 * stride + at) * part(at);
        found[lane] = at < 16 ? gain : found[lane]! + gain;
        doubles[(own + slot.sums + at) / 8] = goes(at) - double(rates + at) * part(at);
      }
      doubles[(row + whole(record + RECORD.contribution)) / 8]! += found[0]! + found[1]!;
    };
    doubles.copyWithin((areas.slots + slot.products) / 8, constants.weights / 8, constants.weights / 8 + stride);
    for (let split = 0; split < inner; split += 1) {
      const record = records + RECORD_BYTES.inner * split;
      const own = slotAt(split);
      const { isFirst, comes, rates, share } = meet(record);
      const [first, second] = [whole(record + RECORD.first), whole(record + RECORD.second)];
      const [goes, misses] = isFirst ? [first, second] : [second, first];
      const ways = [comes && isFirst ? 1 : 0, comes && !isFirst ? 1 : 0];
      wholes.set([goes, misses, rates], (own + slot.goes) / 4);
      wholes.set(ways, (own + slot.ways) / 4);
      doubles[(own + slot.share) / 8] = share;
      for (let at = slot.products; at < slot.products + 8 * stride; at += 8) {
        const missed = double(own + at) * (double(rates + at - slot.products) * share);
        doubles[(misses + at) / 8] = missed;
        doubles[(goes + at) / 8] = double(own + at) - missed;
      }
    }
    for (let split = 0; split < outer; split += 1) {
      const record = records + RECORD_BYTES.inner * inner + RECORD_BYTES.outer * split;
      const { isFirst, rates, share } = meet(record);
      const number = numbers + 16 * split;
      const goes = double(number + (isFirst ? 0 : 8));
      const part = share * (goes - double(number + (isFirst ? 8 : 0)));
      give(
        record,
        slotAt(inner + split),
        rates,
        () => goes,
        () => part,
      );
    }
    for (let leaf = 0; leaf < leaves; leaf += 1) {
      const sums = (slotAt(inner + outer + leaf) + slot.sums) / 8;
      doubles.fill(double(numbers + 16 * outer + 8 * leaf), sums, sums + stride);
    }
    for (let split = inner - 1; split >= 0; split -= 1) {
      const own = slotAt(split);
      const [goes, misses, rates] = [whole(own + slot.goes), whole(own + slot.misses), whole(own + slot.rates)];
      const share = double(own + slot.share);
      const sumOf = (at: number) => double(goes + slot.sums + at);
      give(records + RECORD_BYTES.inner * split, own, rates, sumOf, (at) => share * (sumOf(at) - double(misses + slot.sums + at)));
    }
  };
}
