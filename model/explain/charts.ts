import type { Model } from '../../shared/artifact.ts';
import { type Axis, axis, escapeXml, scatterPlot, shown } from '../train/report/plot.ts';
import { permutationParts, permutationText } from './permutation.ts';
import { type ExplainedRow, type ExplainedRows, greatestReasons, importanceOf, numberName, type Reason, signed } from './reasons.ts';
import { type WordedRows, wordsOf } from './words.ts';

/** Most features of a row's chart, of all rows' charts, and of those with a plot of their own. */
const [MOST_STEPS, MOST_STRIPS, MOST_PLOTS] = [12, 20, 12];
/** Most rows that have a dot: they are taken evenly. */
const MOST_DOTS = 300;
/** How far dots of one place stand above another, in pixels, and how many stand on one side. */
const [DOT_STEP, MOST_STACKED] = [3, 5];

/** From the baseline to a row's number: a table whose steps are bars. */
export function waterfall(explained: WordedRows, row: ExplainedRow, at: number): string {
  // A rest of one is named.
  const most = row.reasons.length === MOST_STEPS + 1 ? MOST_STEPS + 1 : MOST_STEPS;
  const { greatest, others } = greatestReasons(row, most);
  const steps = greatest.map(({ label, value, adds, error }) => ({ name: `${label} (${value})`, adds, error }));
  if (others.count > 0) steps.push({ name: `${others.count} others`, adds: others.adds, error: undefined });
  if (row.rounding !== 0) steps.push({ name: 'rounding to 32 bits', adds: row.rounding, error: undefined });
  const ends = [row.baseline];
  for (const { adds } of steps) ends.push(ends.at(-1)! + adds);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const share = (value: number) => (high === low ? 0 : (100 * (value - low)) / (high - low));
  const lines = steps.map(({ name, adds, error }, place) => {
    const [from, to] = [share(ends[place]!), share(ends[place + 1]!)];
    const box = `left:${Math.min(from, to).toFixed(2)}%;width:${Math.abs(to - from).toFixed(2)}%`;
    const spread = error === undefined || error === 0 ? '' : ` <span class="dim">± ${shown(error)}</span>`;
    const way = `<td class="way" aria-hidden="true"><div><i${adds < 0 ? ' class="down"' : ''} style="${box}"></i></div></td>`;
    return `<tr><th scope="row">${escapeXml(name)}</th>${way}<td class="much">${signed(Number(shown(adds)))}${spread}</td></tr>`;
  });
  const end = (name: string, value: number) =>
    `<tr class="end"><th scope="row" colspan="2">${escapeXml(name)}</th><td class="much">${shown(value)}${escapeXml(explained.unit)}</td></tr>`;
  return `<figure><figcaption>Row ${at + 1}</figcaption><table class="fall">${end('starts at the average answer', row.baseline)}
${lines.join('\n')}
${end(numberName(explained, row), row.number)}</table></figure>`;
}

/** A bar for each feature, as long as what it adds or takes away on average. */
export function importanceBars(explained: ExplainedRows): string {
  return barsOf(importanceOf(explained).map(({ label, mean }) => ({ label, value: mean })));
}

/** How much worse the answers get with each feature shuffled, in words and as bars; empty where the artifact does not have that. */
export function permutationBars(model: Model): string {
  const { features, permutation } = permutationParts(model);
  if (!permutation) return '';
  return `<h2>What the answers need</h2><p>${escapeXml(permutationText(permutation))}</p>${barsOf(features)}`;
}

/** A bar for each value, the greatest first; none for a value below 0. */
function barsOf(all: { label: string; value: number }[]): string {
  const most = Math.max(all[0]?.value ?? 0, Number.MIN_VALUE);
  const bars = all.slice(0, MOST_STRIPS).map(({ label, value }) => {
    const bar = `<i style="width:${((100 * Math.max(0, value)) / most).toFixed(1)}%"></i>`;
    return `<span>${escapeXml(label)}</span><span class="track" aria-hidden="true">${bar}</span><span>${shown(value)}</span>`;
  });
  const left = all.length - bars.length;
  return `<div class="bars">${bars.join('\n')}</div>${left > 0 ? `<p>Left out: ${left} features with less.</p>` : ''}`;
}

/** The rows that have dots, taken evenly. */
function dottedRows({ rows }: ExplainedRows): ExplainedRow[] {
  const step = Math.max(1, rows.length / MOST_DOTS);
  return Array.from({ length: Math.min(rows.length, MOST_DOTS) }, (_, at) => rows[Math.floor(at * step)]!);
}

/** A strip for each feature with a dot for each row: how much it adds there, coloured by its value. */
export function beeswarm(explained: ExplainedRows): string {
  const rows = dottedRows(explained);
  const chosen = importanceOf(explained).slice(0, MOST_STRIPS);
  const placeOf = new Map(rows[0]!.reasons.map(({ feature }, at) => [feature, at]));
  const reasonsOf = (feature: string) => rows.map(({ reasons }) => reasons[placeOf.get(feature)!]!);
  const scale = axis(chosen.flatMap(({ feature }) => reasonsOf(feature).map(({ adds }) => adds)));
  const strips = chosen.map(({ feature, label }) => {
    return `<tr><th scope="row">${escapeXml(label)}</th><td><svg role="img" width="100%"><title>${escapeXml(`what ${label} adds, row by row`)}</title>${middle(scale)}${dots(reasonsOf(feature), scale)}</svg></td></tr>`;
  });
  const ticks = scale.ticks.map((tick) => `<text x="${share(scale, tick)}" y="12" text-anchor="middle">${shown(tick)}</text>`);
  const some = rows.length < explained.rows.length ? ` Dots are ${rows.length} of the ${explained.rows.length} rows.` : '';
  return `<h2>All rows</h2><p>A dot is a row; it lies where its feature adds or takes away so much.${some} From low values to high ones:
<span class="ramp"></span></p><table class="swarm">${strips.join('\n')}
<tr class="scale"><td></td><td><svg width="100%" aria-hidden="true">${ticks.join('')}</svg></td></tr></table>`;
}

function share({ low, high }: Axis, value: number): string {
  return `${((100 * (value - low)) / (high - low)).toFixed(2)}%`;
}

function middle(scale: Axis): string {
  if (scale.low > 0 || scale.high < 0) return '';
  const x = share(scale, 0);
  return `<line class="middle" x1="${x}" x2="${x}" y1="0" y2="100%"/>`;
}

/** Dots of one place stand above and below one another. */
function dots(reasons: Reason[], scale: Axis): string {
  const known = reasons.map(({ place }) => place).filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const stacked = new Map<number, number>();
  return reasons
    .map(({ adds, place }) => {
      const bin = Math.round((150 * (adds - scale.low)) / (scale.high - scale.low));
      const before = stacked.get(bin) ?? 0;
      stacked.set(bin, before + 1);
      const away = (Math.ceil(before / 2) % (MOST_STACKED + 1)) * DOT_STEP * (before % 2 === 0 ? 1 : -1);
      const part = Number.isFinite(place) && high > low ? Math.round((100 * (place - low)) / (high - low)) : 50;
      const fill = Number.isFinite(place) ? `color-mix(in oklab,var(--c2),var(--c1) ${part}%)` : 'var(--dim)';
      return `<circle class="dot" cx="${share(scale, adds)}" cy="${20 + away}" r="3" style="fill:${fill}"/>`;
    })
    .join('');
}

/** What a feature adds by its value, for those that add most. */
export function dependencePlots(explained: ExplainedRows, model: Model): string {
  const rows = dottedRows(explained);
  const plots = importanceOf(explained)
    .slice(0, MOST_PLOTS)
    .map(({ feature, label }) => {
      const place = model.schema.features.findIndex(({ name }) => name === feature);
      const points = rows.map(({ reasons }): [number, number] => [reasons[place]!.place, reasons[place]!.adds]);
      const plot = scatterPlot(points, { x: label, y: 'adds' }, namesOf(model, place, points));
      return plot === '' ? '' : `<figure><figcaption>${escapeXml(label)}</figcaption>${plot}</figure>`;
    });
  return `<h2>By value</h2><p>What a feature adds, by its value. Dots of one value lie apart where the other features change what it adds.</p>
<div class="plots">${plots.join('\n')}</div>`;
}

/** The names at the places of a factor's levels, or of no and yes. */
function namesOf({ schema }: Model, at: number, points: [number, number][]): { place: number; name: string }[] | undefined {
  const feature = schema.features[at]!;
  const found = [...new Set(points.map(([place]) => place))].filter(Number.isFinite).sort((one, other) => one - other);
  if (feature.type === 'factor') return found.map((place) => ({ place, name: wordsOf(feature.words, feature.levels[place - 1] ?? 'NA') }));
  return feature.type === 'logical' ? found.map((place) => ({ place, name: place === 0 ? 'no' : 'yes' })) : undefined;
}
