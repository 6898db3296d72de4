import type { Feature, ModelInfo } from '../features.ts';
import { english, escapeHtml, fieldHtml, MAX_FIELDS, startOf } from './fields.ts';
import { TEXTS } from './texts.ts';
import { trainingHtml } from './training.ts';

/** Headers that keep the page to itself: its own script, style and API, and nothing inline. */
export const PAGE_SECURITY: Record<string, string> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/**
 * The web page of a model: a form made from its schema, and the prediction as it is changed. It comes in English, with all
 * that its script needs for Portuguese beside it in a data block, which is not executed. All its links are relative.
 */
export function pageHtml(model: ModelInfo): string {
  const { schema, card, sha256 } = model;
  const title = escapeHtml(english(card.title ?? card.name));
  const description = card.description === undefined ? '' : escapeHtml(english(card.description));
  const shown = schema.features.slice(0, MAX_FIELDS);
  const rest = schema.features.length - shown.length;
  const more = rest > 0 ? `<p>${rest} <span data-text="more">${TEXTS.en.more}</span></p>\n` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="page.css">
<script src="page.js" defer></script>
</head>
<body>
<header>
<nav data-label="language" aria-label="${TEXTS.en.language}">
<button type="button" data-language="en" lang="en" aria-pressed="true">English</button>
<button type="button" data-language="pt" lang="pt" aria-pressed="false">Português</button>
</nav>
<h1 id="title">${title}</h1>
<p id="description">${description}</p>
</header>
<main>
<form id="form" novalidate autocomplete="off">
<h2 data-text="inputs">${TEXTS.en.inputs}</h2>
${shown.map((feature, at) => fieldHtml(feature, at, schema.takesMissing)).join('')}${more}</form>
<section aria-labelledby="heading">
<h2 id="heading" data-text="prediction">${TEXTS.en.prediction}</h2>
<output id="answer" for="${shown.map((_, at) => `f${at}`).join(' ')}" aria-live="polite"></output>
<p id="exact"></p>
<dl id="shares"></dl>
<p id="served"></p>
<p class="error" id="problem" role="alert" hidden></p>
<noscript><p data-text="noscript">${TEXTS.en.noscript}</p></noscript>
</section>
</main>
${trainingHtml(card)}<footer>
<span data-text="model">${TEXTS.en.model}</span> <span id="name">${escapeHtml(card.name)}</span> <code id="sha256" title="${escapeHtml(sha256)}">${escapeHtml(sha256.slice(0, 8))}</code>
· <a href="model" data-text="about">${TEXTS.en.about}</a>
· <a href="openapi.json" data-text="api">${TEXTS.en.api}</a>
</footer>
<script type="application/json" id="model">${dataBlock(pageData(model))}</script>
</body>
</html>
`;
}

/** What the script is told: the schema, where each feature starts, and the texts. */
function pageData({ schema, card }: ModelInfo) {
  const features = schema.features.map((feature, at) => {
    const told = at < MAX_FIELDS ? { type: feature.type, ...labelOf(feature), ...levelsOf(feature) } : {};
    return { name: feature.name, start: startOf(feature), ...told };
  });
  const { title = card.name, description = '' } = card;
  return { kind: schema.kind, classes: schema.classes ?? [], features, title, description, texts: TEXTS };
}

function labelOf({ label }: Feature) {
  return label === undefined ? {} : { label };
}

function levelsOf(feature: Feature) {
  return feature.type === 'factor' ? { levels: feature.levels } : {};
}

/** JSON that cannot end the script element it stands in, nor start a comment there. */
function dataBlock(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
