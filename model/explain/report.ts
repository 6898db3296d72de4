import type { Model } from '../../shared/artifact.ts';
import { escapeXml } from '../train/report/plot.ts';
import { STYLE } from '../train/report/style.ts';
import { beeswarm, dependencePlots, importanceBars, permutationBars, waterfall } from './charts.ts';
import { baselineName, type ExplainedRows } from './reasons.ts';
import { english, inWords } from './words.ts';

/** Most rows with a chart of their own. */
const MOST_ROWS = 20;

/** The charts' own style, beside that of the report of a training. */
const CHARTS = `.fall,.swarm{width:100%}.fall td,.fall th,.swarm td,.swarm th{padding:.15rem .6rem .15rem 0;vertical-align:middle;font-weight:400}
.fall .way{width:45%;min-width:4rem}.way div{position:relative;height:1.1rem;background:var(--line);border-radius:.2rem}
.way i{position:absolute;top:0;bottom:0;min-width:1px;background:var(--c0);-webkit-print-color-adjust:exact;print-color-adjust:exact}
.way .down{background:var(--c1)}.fall .much{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.fall .end th,.fall .end td{font-weight:650}
.fall th,.swarm th{overflow-wrap:anywhere}.fall th{min-width:5.5rem}.swarm th{width:25%}.swarm td{padding-right:0}.swarm svg{height:2.6rem;overflow:visible}.swarm .scale svg{height:1.2rem}
svg .dot{opacity:.65}svg .middle{stroke:var(--dim);stroke-dasharray:3 3}.ramp{display:inline-block;width:6rem;height:.7rem;border-radius:.2rem;
background:linear-gradient(to right in oklab,var(--c2),var(--c1));-webkit-print-color-adjust:exact;print-color-adjust:exact}
.rows{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:1rem}
@media print{.rows{grid-template-columns:1fr}tr{break-inside:avoid}}`;

/** Explained rows as one HTML file that loads nothing: what the features add to each of the first rows, on average, and by their values. */
export function explainedHtml(model: Model, given: ExplainedRows): string {
  const explained = inWords(model, given);
  const { rows } = explained;
  const { name, title: named = name, limits, answer } = model.card;
  const title = escapeXml(english(named));
  const said = [answer?.meaning, limits].flatMap((text) => (text === undefined ? [] : [`<p>${escapeXml(english(text))}</p>\n`]));
  const falls = rows.slice(0, MOST_ROWS).map((row, at) => waterfall(explained, row, at));
  const left = rows.length > MOST_ROWS ? ` The ${rows.length - MOST_ROWS} rows behind have none of their own.` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Why these numbers: ${title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${STYLE}${CHARTS}</style></head>
<body><main><h1>Why these numbers</h1>
<p class="dim">${title}</p>
${said.join('')}<p>Each row starts at the average answer, ${baselineName(explained)}. From there each feature adds or takes away what the model made of its value, and
all together give the row's number. A contribution says what the model made of a value; it does not say that the value is a cause.${
    explained.unit === '%' ? ' What is added or taken away is in percentage points.' : ''
  }</p>
${factsTable(model, explained)}
<h2>What adds most</h2><p>The mean size of what each feature adds or takes away, over ${rows.length === 1 ? 'the one row' : `all ${rows.length} rows`}.</p>
${importanceBars(explained)}
${permutationBars(model)}
${rows.length > 1 ? `${beeswarm(explained)}\n${dependencePlots(explained, model)}` : ''}
<h2>Row by row</h2><p>From the baseline to the number, the greatest steps first.${left}</p>
<div class="rows">${falls.join('\n')}</div>
</main></body></html>
`;
}

function factsTable(model: Model, { explain, rows }: ExplainedRows): string {
  const facts: [string, string][] = [
    ['model', model.card.madeBy],
    ['rows', String(rows.length)],
    ['explained number', explain.output],
    ['background', explain.background],
    ['sha256 of the model', model.sha256],
    ['sha256 of what this rests on', explain.sha256],
  ];
  const lines = facts.map(([name, value]) => `<tr><th scope="row">${escapeXml(name)}</th><td><code>${escapeXml(value)}</code></td></tr>`);
  return `<table class="facts">${lines.join('\n')}</table>`;
}
