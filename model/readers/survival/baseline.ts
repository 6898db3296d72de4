import { ModelError } from '../../../shared/errors.ts';
import { FUSED } from '../../../shared/math/library.ts';
import { attributesOf, element, numbersOf, type RValue, textsOf } from '../../rds/values.ts';

/** Most times at which curves have a step, of all strata, and most points of curves; a model of more has no curves. */
const MAX_TIMES = 20_000;
const MAX_POINTS = 1_000_000;

/** The times at which a curve has a step, and the survival and the cumulative hazard of each stratum there where the risk is 1. */
export type Baseline = { times: number[]; survival: Float64Array; hazards: Float64Array };
/** A row of the training: the time from which it was there, its last one, whether it ended in an event, its weight and risk. */
type Row = { start: number; stop: number; isEvent: boolean; weight: number; risk: number; stratum: number };

/**
 * The survival of each stratum by its cumulative hazard: Efron's for ties where the model has them so, else Breslow's (survival, agsurv.R).
 * `places` are the strata of the training's rows, from 1; undefined where there are none. Undefined where the curves would have too many
 * points. Throws a ModelError.
 */
export function readBaseline(
  value: RValue,
  y: RValue,
  strata: number,
  places: ArrayLike<number> | undefined,
  label: string,
): Baseline | undefined {
  const rows = readRows(value, y, places, label);
  const method = element(value, 'method');
  const isEfron = method?.type === 'character' && method.values[0] === 'efron';
  const times = [...new Set(rows.filter(({ isEvent }) => isEvent).map(({ stop }) => stop))].sort((a, b) => a - b);
  if (times.length === 0) throw new ModelError(`${label}'s times of events`, '0', 'at least one');
  if (times.length > MAX_TIMES || times.length * strata > MAX_POINTS) return undefined;
  const survival = new Float64Array(strata * times.length);
  const cumulated = new Float64Array(survival.length);
  // Matched pairs are tens of thousands of strata.
  const ofStrata = Array.from({ length: strata }, (): Row[] => []);
  for (const row of rows) ofStrata[row.stratum - 1]?.push(row);
  ofStrata.forEach((own, stratum) => {
    let sum = 0;
    hazardsOf(own, times, isEfron).forEach((hazard, at) => {
      sum += hazard;
      cumulated[stratum * times.length + at] = sum;
      survival[stratum * times.length + at] = FUSED.exp(-sum);
    });
  });
  return { times, survival, hazards: cumulated };
}

function readRows(value: RValue, y: RValue, places: ArrayLike<number> | undefined, label: string): Row[] {
  const cells = numbersOf(y, `${label}'s y`);
  const [count = 0, width = 0] = Array.from(numbersOf(attributesOf(y).get('dim'), `${label}'s dim of y`));
  const type = textsOf(attributesOf(y).get('type'), `${label}'s type of y`)[0] ?? '';
  const expected = type === 'right' ? 2 : type === 'counting' ? 3 : 0;
  if (width !== expected || cells.length !== count * width)
    throw new ModelError(`${label}'s y`, `${type} of ${width} columns`, 'right of 2, or counting of 3');
  const predictors = numbersOf(element(value, 'linear.predictors'), `${label}'s linear.predictors`);
  const found = element(value, 'weights');
  const weights = found && found.type !== 'null' ? numbersOf(found, `${label}'s weights`) : undefined;
  for (const [name, list] of [
    ['linear.predictors', predictors],
    ['weights', weights],
    ['strata', places],
  ] as const)
    if (list && list.length !== count) throw new ModelError(`${label}'s ${name}`, String(list.length), `${count}, one a row`);
  return Array.from({ length: count }, (_, row) => ({
    start: width === 3 ? cells[row]! : Number.NEGATIVE_INFINITY,
    stop: cells[(width - 2) * count + row]!,
    isEvent: cells[(width - 1) * count + row] === 1,
    weight: weights?.[row] ?? 1,
    risk: FUSED.exp(predictors[row]!),
    stratum: places?.[row] ?? 1,
  }));
}

/** The hazard at each time. Who is at risk is kept as two sums, of those who have not ended and of those who have not begun. */
function hazardsOf(rows: Row[], times: number[], isEfron: boolean): number[] {
  const weigh = ({ weight, risk }: Row) => weight * risk;
  const byStop = [...rows].sort((a, b) => b.stop - a.stop);
  const byStart = rows.filter(({ start }) => Number.isFinite(start)).sort((a, b) => b.start - a.start);
  let [ended, begun, running, waiting] = [0, 0, 0, 0];
  const hazards = new Array<number>(times.length).fill(0);
  for (let at = times.length - 1; at >= 0; at -= 1) {
    const time = times[at]!;
    const events: Row[] = [];
    for (; ended < byStop.length && byStop[ended]!.stop >= time; ended += 1) {
      const row = byStop[ended]!;
      running += weigh(row);
      if (row.isEvent && row.stop === time) events.push(row);
    }
    for (; begun < byStart.length && byStart[begun]!.start >= time; begun += 1) waiting += weigh(byStart[begun]!);
    const weight = events.reduce((sum, row) => sum + row.weight, 0);
    const tied = events.reduce((sum, row) => sum + weigh(row), 0);
    const atRisk = running - waiting;
    if (!isEfron) hazards[at] = events.length === 0 ? 0 : weight / atRisk;
    else {
      for (let tie = 0; tie < events.length; tie += 1)
        hazards[at] = hazards[at]! + weight / events.length / (atRisk - (tie / events.length) * tied);
    }
  }
  return hazards;
}
