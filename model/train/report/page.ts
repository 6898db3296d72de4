import type { Model } from '../../../shared/artifact.ts';
import type { TrainedFile } from '../artifact.ts';
import { type Curve, responseCurves } from './curves.ts';
import type { Confusion, Metrics } from './metrics.ts';
import { barPlot, escapeXml, linePlot } from './plot.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c2320;background:#fbfaf7}
h1,h2{line-height:1.2}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
.counts td,.counts th{text-align:right;border:1px solid #d9ddd6;padding:.2rem .6rem}.plots{display:flex;flex-wrap:wrap;gap:1.5rem}
figure{margin:0}figcaption{font-weight:600}code{overflow-wrap:anywhere}svg{max-width:100%;height:auto;background:#fff;border:1px solid #d9ddd6}`;

/** Most classes of a calibration plot and of a confusion table. */
const MAX_CLASSES = 12;

/** The report as one HTML file that loads nothing: the card, the measures out of the bag, and plots as SVG. */
export function reportHtml(done: TrainedFile, model: Model): string {
  const { metrics, card, trained } = done;
  const title = escapeXml(`${model.card.name}: a trained ${trained.frame.kind} forest`);
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
  ];
  const rows = facts.map(([name, value]) => `<tr><th>${escapeXml(name)}</th><td><code>${escapeXml(value)}</code></td></tr>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${STYLE}</style></head>
<body><h1>${title}</h1>
<table>${rows}</table>
${confusionTable(metrics.confusion)}
${importancePlot(metrics)}
${calibrationPlot(metrics)}
${curvePlots(responseCurves(trained, model))}
</body></html>
`;
}

function confusionTable(confusion: Confusion | undefined): string {
  if (!confusion || confusion.classes.length > MAX_CLASSES) return '';
  const { classes, counts } = confusion;
  const head = classes.map((name) => `<th>${escapeXml(name)}</th>`).join('');
  const lines = counts.map(
    (own, at) => `<tr><th>${escapeXml(classes[at] ?? '')}</th>${own.map((count) => `<td>${count}</td>`).join('')}</tr>`,
  );
  return `<h2>Confusion, out of the bag</h2><p>A row a true class, a column a predicted one.</p><table class="counts"><tr><th></th>${head}</tr>${lines.join('')}</table>`;
}

function importancePlot({ importance }: Metrics): string {
  if (!importance) return '';
  return `<h2>Importance</h2>${barPlot(importance.slice(0, 30))}`;
}

/** Observed against predicted shares: a forest that is calibrated lies on the diagonal. */
function calibrationPlot({ calibration }: Metrics): string {
  if (!calibration || calibration.length > MAX_CLASSES) return '';
  // Of two classes each tells what the other does.
  const shown = calibration.length === 2 ? calibration.slice(1) : calibration;
  const series = shown.map(({ name, bins }) => ({ name, points: bins.map(({ share, observed }): [number, number] => [share, observed]) }));
  const diagonal = { name: 'calibrated', points: [[0, 0] as [number, number], [1, 1] as [number, number]], dashed: true };
  return `<h2>Calibration, out of the bag</h2><figure>${linePlot([...series, diagonal], { x: 'predicted share', y: 'observed share', dots: true })}</figure>`;
}

function curvePlots(curves: Curve[]): string {
  if (curves.length === 0) return '';
  const plots = curves.map(({ feature, x, labels, series }) => {
    const lines = series.map(({ name, y }) => ({ name, points: x.map((value, at): [number, number] => [value, y[at]!]) }));
    const plot = linePlot(lines, { x: feature, y: 'mean prediction', dots: labels !== undefined, labels });
    return `<figure><figcaption>${escapeXml(feature)}</figcaption>${plot}</figure>`;
  });
  return `<h2>Response curves</h2><p>The mean prediction at each value of a feature, the others as in the data.</p><div class="plots">${plots.join('\n')}</div>`;
}
