import type { TrainingData } from '../data/data.ts';
import { drawSplits, spread, subsetsToTry } from '../data/levels.ts';
import type { Mt64 } from '../numbers/mt19937.ts';
import { stdOrder } from '../numbers/std-order.ts';
import { midpoint } from '../search/search.ts';
import type { Criterion, NodeView, Split, TrainSettings } from '../settings.ts';
import { Maxstat } from './maxstat.ts';
import { maskOf } from './regression.ts';

/** ranger's TreeSurvival (src/TreeSurvival.cpp): the split with the greatest logrank statistic; leaves hold a cumulative hazard. */
export class SurvivalCriterion implements Criterion {
  readonly #data: TrainingData;
  readonly #settings: TrainSettings;
  readonly #random: Mt64;
  readonly #ranks: Uint32Array;
  readonly #maxstat: Maxstat | undefined;
  readonly #deaths: Float64Array;
  readonly #atRisk: Float64Array;
  readonly #deathsRight: Float64Array;
  readonly #leavingRight: Float64Array;

  constructor(data: TrainingData, settings: TrainSettings, random: Mt64, inbag: number) {
    const times = data.times.length;
    this.#data = data;
    this.#settings = settings;
    this.#random = random;
    this.#maxstat = settings.splitrule === 'maxstat' ? new Maxstat(data, settings, inbag) : undefined;
    this.#ranks = new Uint32Array(settings.splitrule === 'maxstat' ? 0 : inbag);
    this.#deaths = new Float64Array(times);
    this.#atRisk = new Float64Array(times);
    this.#deathsRight = new Float64Array(times);
    this.#leavingRight = new Float64Array(times);
  }

  isPure({ samples, start, end }: NodeView): boolean {
    const { timeIds, status } = this.#data;
    const first = samples[start]!;
    for (let at = start + 1; at < end; at += 1) {
      const row = samples[at]!;
      if (timeIds[row] !== timeIds[first] || status[row] !== status[first]) return false;
    }
    return true;
  }

  leafValue(): number {
    return 0;
  }

  /** The cumulative hazard at each distinct time (Nelson and Aalen). */
  leafShares(node: NodeView): Float64Array {
    this.#count(node);
    const hazard = new Float64Array(this.#deaths.length);
    let sum = 0;
    for (let time = 0; time < hazard.length; time += 1) {
      const atRisk = this.#atRisk[time]!;
      if (atRisk !== 0) sum += this.#deaths[time]! / atRisk;
      hazard[time] = sum;
    }
    return hazard;
  }

  impurity(_node: NodeView, best: Split): number {
    return best.decrease;
  }

  search(node: NodeView, columns: Uint32Array, best: Split): void {
    const { splitrule, minNodeSize } = this.#settings;
    if (this.#maxstat) {
      this.#maxstat.search(node, this.#scores(node), columns, best);
      return;
    }
    if (node.end - node.start < 2 * minNodeSize) return;
    this.#count(node);
    const extra = splitrule === 'extratrees';
    for (const column of columns) {
      if (this.#data.ordered[column] === 1) {
        this.#ordered(node, column, best, extra);
      } else {
        const subsets = subsetsToTry(this.#data, this.#settings, this.#random, node, column);
        for (const subset of subsets) this.#partition(node, column, subset, best);
      }
    }
  }

  /** Deaths, and rows at risk, at each distinct time. */
  #count({ samples, start, end }: NodeView): void {
    const { timeIds, status } = this.#data;
    const [deaths, atRisk] = [this.#deaths.fill(0), this.#atRisk.fill(0)];
    for (let at = start; at < end; at += 1) {
      const row = samples[at]!;
      const time = timeIds[row]!;
      atRisk[time] = atRisk[time]! + 1;
      if (status[row] === 1) deaths[time] = deaths[time]! + 1;
    }
    for (let time = atRisk.length - 2; time >= 0; time -= 1) atRisk[time] = atRisk[time]! + atRisk[time + 1]!;
  }

  #ordered(node: NodeView, column: number, best: Split, extra: boolean): void {
    const { samples, start, end } = node;
    const { ranks, rows, values, offsets } = this.#data;
    const [base, first] = [column * rows, offsets[column]!];
    const cellAt = (at: number) => values[first + ranks[base + samples[at]!]!] as number;
    const [low, high] = spread(this.#data, node, column, this.#ranks);
    if (low === high) return;
    const distinct = Float64Array.from(new Set(Float64Array.from({ length: end - start }, (_, at) => cellAt(start + at)))).sort();
    const splits = extra ? drawSplits(this.#random, low, high, this.#settings.numRandomSplits) : distinct.subarray(0, -1);
    const order = Array.from({ length: end - start }, (_, at) => start + at).sort((one, other) => cellAt(other) - cellAt(one));
    // The right side grows as the splits get smaller; they are offered in ascending order, since the first of the best wins.
    const statistics = new Float64Array(splits.length).fill(-1);
    this.#clearRight();
    let taken = 0;
    for (let split = splits.length - 1; split >= 0; split -= 1) {
      while (taken < order.length && cellAt(order[taken]!) > splits[split]!) {
        this.#moveRight(samples[order[taken] as number]!);
        taken += 1;
      }
      statistics[split] = this.#logrank(taken, end - start);
    }
    statistics.forEach((statistic, split) => {
      if (!(statistic > best.decrease)) return;
      best.decrease = statistic;
      best.column = column;
      best.value = extra ? splits[split]! : midpoint(distinct[split]!, distinct[split + 1]!);
    });
  }

  #partition({ samples, start, end }: NodeView, column: number, subset: Uint8Array, best: Split): void {
    const { ranks, rows, values, offsets } = this.#data;
    const [base, first] = [column * rows, offsets[column]!];
    this.#clearRight();
    let right = 0;
    for (let at = start; at < end; at += 1) {
      const row = samples[at]!;
      const level = values[first + ranks[base + row]!]!;
      if (subset[level - 1] === 0) continue;
      this.#moveRight(row);
      right += 1;
    }
    const statistic = this.#logrank(right, end - start);
    if (statistic > best.decrease) {
      best.decrease = statistic;
      best.column = column;
      best.value = maskOf(subset);
    }
  }

  #clearRight(): void {
    this.#deathsRight.fill(0);
    this.#leavingRight.fill(0);
  }

  #moveRight(row: number): void {
    const time = this.#data.timeIds[row]!;
    this.#leavingRight[time] = this.#leavingRight[time]! + 1;
    if (this.#data.status[row] === 1) this.#deathsRight[time] = this.#deathsRight[time]! + 1;
  }

  /** The logrank statistic of the rows moved right, or -1 (Ishwaran and others 2008, as ranger writes it). */
  #logrank(right: number, size: number): number {
    const { minNodeSize } = this.#settings;
    if (right < minNodeSize || size - right < minNodeSize) return -1;
    let numerator = 0;
    let denominator = 0;
    let atRiskRight = right;
    for (let time = 0; time < this.#deaths.length; time += 1) {
      const atRisk = this.#atRisk[time]!;
      if (atRisk < 2 || atRiskRight < 1) break;
      const deaths = this.#deaths[time]!;
      if (deaths > 0) {
        const share = atRiskRight / atRisk;
        numerator += this.#deathsRight[time]! - atRiskRight * (deaths / atRisk);
        denominator += share * (1 - share) * ((atRisk - deaths) / (atRisk - 1)) * deaths;
      }
      atRiskRight -= this.#leavingRight[time]!;
    }
    return denominator === 0 ? -1 : Math.abs(numerator / Math.sqrt(denominator));
  }

  /** Logrank scores of a node's rows, in their order. */
  #scores({ samples, start, end }: NodeView): Float64Array {
    const { timeIds, status } = this.#data;
    const rows = samples.subarray(start, end);
    const order = stdOrder(Float64Array.from(rows, (row) => timeIds[row]!));
    const scores = new Float64Array(rows.length);
    const died = (at: number) => status[rows[order[at] as number]!] as number;
    let sum = 0;
    let from = 0;
    for (let at = 0; at < rows.length; at += 1) {
      const isSame = at + 1 < rows.length && timeIds[rows[order[at] as number]!] === timeIds[rows[order[at + 1] as number]!];
      if (isSame) continue;
      for (let row = from; row <= at; row += 1) sum += died(row) / (rows.length - at);
      for (let row = from; row <= at; row += 1) scores[order[row]!] = died(row) - sum;
      from = at + 1;
    }
    return scores;
  }
}
