import { type AnswerBody, type PageAccess, type PageData, pageData } from '../base/data.ts';
import type { PageParts } from '../base/parts.ts';
import { headline } from '../base/reading.ts';
import { TEXTS } from '../words/texts.ts';
import { wordsIn } from '../words/words.ts';
import { english, escapeHtml, fieldHtml } from './fields.ts';
import type { FormFeature, FormModel } from './form.ts';
import { pipelineHtml, trainingHtml } from './training.ts';

/**
 * Headers that keep the page to itself: its own script, style and API, nothing inline, and no way for its script to write
 * markup (Trusted Types).
 */
export const PAGE_SECURITY: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Up to so many fields the answer has its place below them, and the curve the rest of the width. */
const FEW = 2;

/** The page's icon, GET /icon.svg: a crown of three leaves. */
export const PAGE_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="#1f7a50"><circle cx="16" cy="10" r="8"/><circle cx="9" cy="16" r="7"/><circle cx="23" cy="16" r="7"/></g><path d="M16 12v17" stroke="#6b4a2b" stroke-width="3" stroke-linecap="round"/></svg>`;

/**
 * The web page of a model: a form made from its schema, and places for what its script (shared/page/browser.ts) shows. It
 * comes in English; the script has the other language too. All its links are relative. `parts` only gives them their
 * addresses. With `access` the visitor is asked for a key first. With the `first` answer, to the values that the fields start at, a number stands there before any script runs.
 */
export function pageHtml(model: FormModel, parts?: PageParts, first?: AnswerBody, access?: PageAccess): string {
  const { schema, card } = model;
  const title = escapeHtml(english(card.title ?? card.name));
  const data: PageData = { ...pageData(model, first), ...(access && { access }) };
  const rest = schema.features.length - data.order.length;
  const fields = data.order
    .map((at) => schema.features[at] as FormFeature)
    .map((feature, place) => fieldHtml(feature, data.order[place]!, schema.takesMissing && feature.required !== true))
    .join('');
  const more = rest > 0 ? `<p class="dim">${rest} <span data-text="more">${TEXTS.en.more}</span></p>\n` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${address('page.css', parts?.style.hash)}">
<script src="${address('page.js', parts?.script.hash)}" data-later="${address('later.js', parts?.later.hash)}" data-workbook="${address('workbook.js', parts?.workbook.hash)}" data-reasons="${address('reasons.js', parts?.reasons.hash)}" defer></script>
</head>
<body>
<header>
<div>
<h1 id="title">${title}</h1>
<p id="description">${card.description === undefined ? '' : escapeHtml(english(card.description))}</p>
</div>
<nav class="segments" data-label="language" aria-label="${TEXTS.en.language}">
<button type="button" data-language="en" lang="en" aria-pressed="true">English</button>
<button type="button" data-language="pt" lang="pt" aria-pressed="false">Português</button>
</nav>
</header>
<main${access ? ' data-locked' : ''}>
${access ? accessHtml(access) : ''}<div id="top" class="${data.order.length <= FEW && data.kind !== 'survival' ? 'few' : 'many'}">
<form id="form" class="card" novalidate autocomplete="off">
<h2 data-text="inputs">${TEXTS.en.inputs}</h2>
${fields}${more}<p class="actions">${sortButton(data.order)}<button type="reset" class="quiet" data-text="reset">${TEXTS.en.reset}</button></p>
</form>
<div id="view">
<div id="now">
${answerHtml(data)}${plotHtml(data)}</div>
${data.explain ? whyHtml(data) : ''}</div>
</div>
${sheetHtml(data)}${CODE}${pipelineHtml(model)}${trainingHtml(model.card)}</main>
${footer(model)}${DIALOG}<script type="application/json" id="model">${dataBlock(data)}</script>
</body>
</html>
`;
}

/** The question for a key, which goes once there is one. It is no field that a browser keeps, and has no name that would stand in an address. */
function accessHtml(access: PageAccess): string {
  const heading = `<h2 id="access-heading" ${text('access')}</h2>`;
  if (access === 'iam')
    return `<section id="access" class="card" aria-labelledby="access-heading">${heading}<p ${text('access.iam')}</p></section>\n`;
  return `<form id="access" class="card" novalidate autocomplete="off" aria-labelledby="access-heading">${heading}
<p ${text('access.key')}</p>
<div class="field"><label for="key" ${text('key')}</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" autocapitalize="off" aria-describedby="key-problem">
<p class="error" id="key-problem" role="alert" hidden></p></div>
<p class="actions"><button class="button" ${text('useKey')}</button></p>
</form>
`;
}

const text = (key: string) => `data-text="${key}">${TEXTS.en[key]}`;

/** Puts the fields into the model's order and back, where they are not in it; it is shown once there is a script. */
function sortButton(order: readonly number[]): string {
  const isSorted = order.some((at, place) => place > 0 && at < order[place - 1]!);
  return isSorted ? `<button type="button" id="sort" class="quiet" aria-pressed="false" hidden ${text('modelOrder')}</button> ` : '';
}

function answerHtml(data: PageData): string {
  const words = wordsIn('en');
  const prediction = data.first?.predictions[0];
  const { main = '', share = '', unit = '' } = prediction === undefined ? {} : headline(data, words, prediction, data.first?.times ?? []);
  const beside = (name: string, told: string) => told && `<span class="${name}"> ${escapeHtml(told)}</span>`;
  const told = `${escapeHtml(main)}${beside('measure', unit)}${beside('share', share)}`;
  const isWord = typeof prediction !== 'number' && data.kind !== 'survival';
  const shown = main && `<strong${isWord ? ' class="word"' : ''}>${told}</strong>`;
  const exact = typeof prediction === 'number' ? String(prediction) : '';
  // Room for the bars of the classes, so that nothing moves when they come.
  const isShared = data.votes !== undefined || data.kind === 'probability';
  return `<section id="prediction" class="card" aria-labelledby="prediction-heading">
<h2 id="prediction-heading" ${text('prediction')}</h2>
<p id="answer">${shown}</p>
<p id="interval" class="dim note"></p>
${data.explain ? '' : meaningHtml(data)}${data.card.limits ? `<p class="note"><a href="#card" ${text('limits')}</a></p>\n` : ''}<p id="limits" class="note"></p>
<details id="exactly"${exact === '' ? ' hidden' : ''}><summary class="dim" ${text('exactly')}</summary><p id="exact">${exact}</p></details>
<dl id="shares" class="bars">${'<div class="bar-room"></div>'.repeat(isShared ? Math.min(8, data.classes.length) : 0)}</dl>
<div id="curve" hidden><p class="dim note" ${text('surviving')}</p><div id="survival" class="plot" role="img"></div></div>
<p class="error" id="problem" role="alert" hidden></p>
<p id="spoken" class="unseen" role="status"></p>
<noscript><p ${text('noscript')}</p></noscript>
</section>
`;
}

/** What the words of the answer mean, where the card says it; the script puts it into the other language. */
function meaningHtml({ card: { answer } }: PageData): string {
  return answer?.meaning === undefined ? '' : `<p id="meaning" class="note">${escapeHtml(english(answer.meaning))}</p>\n`;
}

/** Places for the reasons of the answer, with room for their rows, so that nothing moves when they come. */
function whyHtml(data: PageData): string {
  const { features } = data;
  const rooms = features.length === 1 ? 4 : Math.min(9, features.length) + 8;
  return `<section id="why" class="card" aria-labelledby="why-heading" aria-busy="true">
<h2 id="why-heading" ${text('why')}</h2>
${meaningHtml(data)}<div id="why-room">${'<div></div>'.repeat(rooms)}</div>
</section>
`;
}

/** The place of the curve. Of an API that asks who calls it is not known here whether there are made-up rows: the script shows the choice of them. */
function plotHtml({ others, access }: PageData): string {
  const lines = `<label id="beside"><input type="checkbox" id="others"> <span ${text('others')}</span></label>\n`;
  return `<section id="response" class="card" aria-labelledby="response-heading" hidden>
<div class="head"><h2 id="response-heading" ${text('response')}</h2>
<div class="choices">
<label id="of"><span ${text('along')}</span> <select id="along"></select></label>
<label id="at" hidden><span ${text('atTime')}</span> <input id="time" type="range" min="0" max="0" step="1" value="0"> <output id="time-shown" for="time"></output></label>
${others || access ? lines : ''}</div></div>
<div id="plot" class="plot" role="img"></div>
<dl id="levels" class="bars" hidden></dl>
<p id="plot-note" class="dim note" hidden></p>
<p class="dim note" ${text('noCause')}</p>
<div id="small" role="group" data-label="small" aria-label="${TEXTS.en.small}" hidden></div>
</section>
`;
}

function sheetHtml({ explain }: PageData): string {
  const reasons = `<p><label id="with-reasons"><input type="checkbox" id="reasons"> <span ${text('sheetReasons')}</span></label></p>\n`;
  return `<section id="sheet" class="card" aria-labelledby="sheet-heading">
<h2 id="sheet-heading" ${text('sheet')}</h2>
<p class="dim"><span ${text('sheetHelp')}</span> <a id="example" download="example.csv" ${text('sheetExample')}</a></p>
<div id="drop"><label for="file" class="button" ${text('choose')}</label><input id="file" type="file" accept=".csv,.tsv,.txt,.xlsx,text/csv"><span class="dim" ${text('orDrop')}</span></div>
${explain ? reasons : ''}<div id="run" hidden>
<p id="run-name"></p>
<label id="sheets" hidden><span class="dim" ${text('sheetName')}</span> <select id="sheet-name"></select></label>
<div class="bar"><progress id="progress" max="1" value="0" data-label="progress" aria-label="${TEXTS.en.progress}"></progress><button type="button" id="stop" class="quiet" ${text('stop')}</button></div>
<p id="run-state" class="dim" role="status"></p>
<p class="error" id="run-problem" role="alert" hidden></p>
<div id="left" role="status" hidden></div>
<a id="download" class="button" hidden ${text('download')}</a>
<p id="counts" role="status" hidden></p>
<p id="preview-note" class="dim note" hidden></p>
<div id="preview-frame" tabindex="0" role="region" data-label="preview" aria-label="${TEXTS.en.preview}" hidden><table id="preview"></table></div>
</div>
</section>
`;
}

const CODE = `<section id="developers" class="card" aria-labelledby="developers-heading">
<h2 id="developers-heading" ${text('developers')}</h2>
<fieldset class="segments"><legend class="unseen" ${text('codeLanguage')}</legend>
${['curl', 'JavaScript', 'Python', 'R'].map((name, at) => `<label><input type="radio" name="code" value="${name}"${at === 0 ? ' checked' : ''}><span>${name}</span></label>`).join('\n')}
</fieldset>
<pre id="code" tabindex="0" role="region" data-label="code" aria-label="${TEXTS.en.code}"></pre>
<p class="actions"><button type="button" id="copy" class="button" ${text('copy')}</button> <span id="copied" class="dim" role="status"></span></p>
</section>
`;

const DIALOG = `<dialog id="dialog" aria-labelledby="dialog-heading">
<form method="dialog"><button class="quiet" ${text('close')}</button></form>
<h2 id="dialog-heading"></h2>
<div id="dialog-body"></div>
</dialog>
`;

function footer({ card, sha256 }: FormModel): string {
  return `<footer>
<p id="served"></p>
<p><span ${text('model')}</span> <span id="name">${escapeHtml(card.name)}</span> <code id="sha256" title="${escapeHtml(sha256)}">${escapeHtml(sha256.slice(0, 8))}</code>
<span class="links">· <a href="#card" ${text('about')}</a> · <a href="docs" ${text('api')}</a></span></p>
</footer>
`;
}

function address(name: string, hash: string | undefined): string {
  return hash === undefined ? name : `${name}?${hash}`;
}

/** JSON that cannot end the script element it stands in, nor start a comment there. */
function dataBlock(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
