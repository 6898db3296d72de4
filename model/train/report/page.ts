import type { Model } from '../../../shared/artifact.ts';
import type { TrainedFile } from '../artifact.ts';
import { type Curve, type Curves, responseCurves } from './curves.ts';
import type { Confusion, Metrics } from './metrics.ts';
import { escapeXml, groupPlot, legendHtml, linePlot, type Series, shown } from './plot.ts';
import { STYLE } from './style.ts';

/** Most classes of a calibration plot, a ROC plot and a confusion table, and most columns whose importance is shown. */
const MAX_CLASSES = 12;
const MAX_COLUMNS = 100;

/** The report as one HTML file that loads nothing: the card, the measures out of the bag, and plots as SVG. */
export function reportHtml(done: TrainedFile, model: Model): string {
  const { metrics, trained } = done;
  const title = escapeXml(`${model.card.name}: a trained ${trained.frame.kind} forest`);
  const plots = [rocPlot(metrics), calibrationPlot(metrics)].filter((plot) => plot !== '');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${STYLE}</style></head>
<body><h1>${title}</h1>
${factsTable(done, model)}
${confusionTable(metrics.confusion)}
${importanceBars(metrics)}
${plots.length === 0 ? '' : `<h2>Shares, out of the bag</h2>${classLegend(metrics)}<div class="plots">${plots.join('\n')}</div>`}
${curvePlots(responseCurves(trained, model), model)}
</body></html>
`;
}

function factsTable({ metrics, card }: TrainedFile, model: Model): string {
  const facts: [string, string][] = [
    ['call', model.card.madeBy],
    ['formula', card.formula],
    ['arguments', JSON.stringify(card.arguments)],
    ['seed', card.seed === undefined ? 'none' : String(card.seed)],
    ["ranger's seed", String(card.rangerSeed)],
    ['data', `${model.card.source.file}: ${card.rows} rows, ${card.columns} columns`],
    ['sha256 of the data', model.card.source.sha256],
    ['sha256 of the model', model.sha256],
    ['equals', `ranger ${card.versions.ranger}; grown by Node ${card.versions.node}`],
    ...(model.card.date === undefined ? [] : [['date', model.card.date] as [string, string]]),
    ...Object.entries(metrics.numbers).map(([name, value]): [string, string] => [`out of the bag: ${name}`, String(value)]),
    ...Object.entries(card.validation?.metrics ?? {}).map(([name, value]): [string, string] => [`validation: ${name}`, String(value)]),
    ...(card.validation ? [['rows of the validation', String(card.validation.rows)] as [string, string]] : []),
  ];
  const rows = facts.map(([name, value]) => `<tr><th>${escapeXml(name)}</th><td><code>${escapeXml(value)}</code></td></tr>`);
  return `<table class="facts">${rows.join('\n')}</table>`;
}

/** The confusion matrix with a name at each side, and the share of each true class that is predicted right. */
function confusionTable(confusion: Confusion | undefined): string {
  if (!confusion) return '';
  const { classes, counts } = confusion;
  const heading = '<h2>Confusion, out of the bag</h2>';
  if (classes.length > MAX_CLASSES) return `${heading}<p>Left out: ${classes.length} classes, more than ${MAX_CLASSES}.</p>`;
  const head = classes.map((name) => `<th scope="col">${escapeXml(name)}</th>`).join('');
  const lines = counts.map((ofTruth, at) => {
    const all = ofTruth.reduce((sum, count) => sum + count, 0);
    const right = all === 0 ? '' : `${((100 * ofTruth[at]!) / all).toFixed(1)} %`;
    const cells = ofTruth.map((count, place) => `<td${place === at ? ' class="right"' : ''}>${count}</td>`).join('');
    return `<tr><th scope="row">${escapeXml(classes[at] ?? '')}</th>${cells}<td>${right}</td></tr>`;
  });
  return `${heading}<p>Each row is a true class, each column a predicted one.</p>
<div class="scroll"><table class="counts"><tr><td></td><th class="side" colspan="${classes.length}">predicted</th><td></td></tr>
<tr><th class="side">true</th>${head}<th class="side">right</th></tr>${lines.join('\n')}</table></div>`;
}

/** A bar for each column; those below nought (permutation: worse than chance) have another colour. */
function importanceBars({ importance }: Metrics): string {
  if (!importance) return '';
  const most = Math.max(...importance.map(([, value]) => Math.abs(value)), Number.MIN_VALUE);
  const bars = importance.slice(0, MAX_COLUMNS).map(([name, value]) => {
    const bar = `<i${value < 0 ? ' class="below"' : ''} style="width:${((100 * Math.abs(value)) / most).toFixed(1)}%"></i>`;
    return `<span>${escapeXml(name)}</span><span class="track">${bar}</span><span>${shown(value)}</span>`;
  });
  const left = importance.length - bars.length;
  const more = left > 0 ? `<p>Left out: ${left} less important columns.</p>` : '';
  const note = importance.some(([, value]) => value < 0) ? '<p>The other colour: below zero, no better than chance.</p>' : '';
  return `<h2>Importance</h2>${note}<div class="bars">${bars.join('\n')}</div>${more}`;
}

/** The classes that plots of shares show: of two classes each says what the other does, so that the last stands for both. */
function shownClasses<One>(classes: One[]): { one: One; colour: number }[] {
  return classes.map((one, colour) => ({ one, colour })).slice(classes.length === 2 ? 1 : 0, MAX_CLASSES);
}

function classLegend({ calibration = [] }: Metrics): string {
  return calibration.length === 2
    ? `<p>Of the class ${escapeXml(calibration[1]?.name ?? '')}; of the other they say the same.</p>`
    : legendHtml(calibration.slice(0, MAX_CLASSES).map(({ name }) => name));
}

/** True against false positives at every threshold: the further from the diagonal, the better a share separates a class from the others. */
function rocPlot({ rocs }: Metrics): string {
  const known = shownClasses(rocs ?? []).flatMap(({ one: { name, roc }, colour }) => (roc ? [{ name, roc, colour }] : []));
  if (known.length === 0) return '';
  const series = known.map(({ name, roc, colour }): Series => ({ name, points: roc.points, colour }));
  const areas = known.map(({ name, roc }) => `${name} ${roc.auc.toFixed(4)}`).join(', ');
  const plot = linePlot([diagonal(), ...series], { x: 'false positives', y: 'true positives', yRange: [0, 1] });
  return `<figure><figcaption>ROC</figcaption><p class="dim">Area under the curve (AUC): ${escapeXml(areas)}</p>${plot}</figure>`;
}

/** Observed against predicted shares: a forest that is calibrated lies on the diagonal. */
function calibrationPlot({ calibration }: Metrics): string {
  if (!calibration) return '';
  const series = shownClasses(calibration).map(({ one: { name, bins }, colour }): Series => {
    return { name, points: bins.map(({ share, observed }): [number, number] => [share, observed]), colour };
  });
  const plot = linePlot([diagonal(), ...series], { x: 'predicted share', y: 'observed share', dots: true, yRange: [0, 1] });
  const note = '<p class="dim">Dots on the dashed line: as often as predicted.</p>';
  return `<figure><figcaption>Calibration</figcaption>${note}${plot}</figure>`;
}

function diagonal(): Series {
  return {
    name: 'diagonal',
    points: [
      [0, 0],
      [1, 1],
    ],
    colour: undefined,
  };
}

/** A plot for every feature, all on one scale, so that a feature that changes nothing is seen to. */
function curvePlots({ curves, left }: Curves, model: Model): string {
  const [first] = curves;
  if (!first) return '';
  const names = first.series.map(({ name }) => name);
  const isShare = model.schema.kind !== 'regression';
  const all = curves.flatMap(({ series }) => series.flatMap(({ y }) => y)).filter(Number.isFinite);
  const yRange: [number, number] = isShare ? [0, 1] : [least(all), -least(all.map((value) => -value))];
  const plots = curves.map((curve) => {
    const label = labelOf(model, curve.feature);
    const title = label === curve.feature ? label : `${label} (${curve.feature})`;
    return `<figure><figcaption>${escapeXml(title)}</figcaption>${curvePlot(curve, isShare ? 'mean share' : `mean ${names[0]}`, yRange)}</figure>`;
  });
  const more = left > 0 ? ` The ${left} other features are left out: more than are drawn.` : '';
  return `<h2>Response curves</h2><p>The mean prediction at each value of a feature, the others as in the data; all on one scale.${more}</p>
${isShare ? legendHtml(names) : ''}<div class="plots">${plots.join('\n')}</div>`;
}

function curvePlot({ feature, x, labels, isWhole, series }: Curve, y: string, yRange: [number, number]): string {
  const options = { x: feature, y, yRange };
  if (labels)
    return groupPlot(
      labels.map((name, place) => ({ name, values: series.map((one) => one.y[place]!) })),
      options,
    );
  const lines = series.map(({ name, y }, colour): Series => {
    return { name, points: x.map((value, place): [number, number] => [value, y[place]!]), colour };
  });
  return linePlot(lines, { ...options, isStepped: isWhole });
}

/** A feature's label in English, else its name. */
function labelOf(model: Model, name: string): string {
  const label = model.schema.features.find((feature) => feature.name === name)?.label ?? name;
  return typeof label === 'string' ? label : label.en;
}

function least(values: number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}
