import type { PageParts } from '../base/parts.ts';
import { escapeHtml } from '../html/fields.ts';
import { DOCS_TEXTS } from './docs-texts.ts';

/** The parts of an OpenAPI document that its page shows. */
type Document = {
  info: { title: string; description: string; version: string };
  tags?: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, object>;
    responses: Record<string, Response>;
    parameters: Record<string, Parameter>;
    securitySchemes?: Record<string, Scheme>;
  };
};
/** How callers say who they are, where the API asks. */
type Scheme = { type: string; name?: string };
type Reference = { $ref?: string };
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: { enum?: string[] } };
type Content = Record<
  string,
  { schema?: Reference & { anyOf?: Reference[] }; examples?: Record<string, { summary?: string; value: unknown }> }
>;
type Response = { description: string; content?: Content };
type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags?: string[];
  parameters?: (Parameter & Reference)[];
  requestBody?: { content: Content };
  responses: Record<string, Response & Reference>;
};

/**
 * An OpenAPI document of ours as a page: the operations by their tags, each with a form to try it, and the schemas. Its script (docs.ts)
 * sends the requests and puts the page's fixed words into Portuguese (docs-texts.ts); without it the page can be read all the same.
 * `parts` only gives script and style their addresses.
 */
export function docsHtml(given: object, parts?: PageParts): string {
  const document = given as Document;
  const { title, description, version } = document.info;
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  const groups = (document.tags ?? []).map(({ name, description: what }) => {
    const tagged = all.filter(({ operation }) => operation.tags?.[0] === name);
    // What people come for stands first.
    tagged.sort((a, b) => Number(b.operation.operationId === 'predict') - Number(a.operation.operationId === 'predict'));
    const parts = tagged.map(({ method, path, operation }) => operationHtml(document, method, path, operation));
    return `<h2 ${text(`tag.${name}`, what.replace(/\.$/, ''))}</h2>\n${parts.join('\n')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary><pre tabindex="0">${code(schema)}</pre></details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}: API</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${address('docs.css', parts?.docsStyle.hash)}">
<script src="${address('docs.js', parts?.docs.hash)}" defer></script>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(description)}</p>
<p class="dim"><span ${text('version')}</span> <code>${escapeHtml(version)}</code> · <a href="openapi.json">openapi.json</a> · <a href="./" ${text('page')}</a></p>
<p class="dim" id="english" hidden></p>
<noscript><p>Without JavaScript the requests can be read, but not tried.</p></noscript>
</header>
<main>
${accessHtml(document)}${groups.join('\n')}
<h2 ${text('schemas')}</h2>
<details id="schemas"><summary><span ${text('allSchemas')}</span> (${schemas.length})</summary>
${schemas.join('\n')}
</details>
</main>
</body>
</html>
`;
}

/** A field for the key or the token that every request of the page then has; nothing where the API asks nobody, or for a signature. */
function accessHtml({ components: { securitySchemes = {} } }: Document): string {
  const [scheme] = Object.values(securitySchemes);
  if (!scheme || scheme.name === 'authorization') return '';
  const [header, before] = scheme.type === 'apiKey' ? [scheme.name ?? '', ''] : ['authorization', 'Bearer '];
  return `<p><label for="key" ${text('key')}</label> <input id="key" type="password" autocomplete="off" spellcheck="false" data-header="${escapeHtml(header)}" data-before="${before}"></p>\n`;
}

/** The rest of an element with a fixed text, which the script puts into the reader's language. */
function text(key: string, english = DOCS_TEXTS.en[key] ?? key): string {
  return `data-text="${key}">${escapeHtml(english)}`;
}

function operationHtml(document: Document, method: string, path: string, operation: Operation): string {
  const { operationId, summary, description, requestBody, responses } = operation;
  const parameters = (operation.parameters ?? []).map((one) => resolve(one, document.components.parameters));
  const open = operationId === 'predict' ? ' open' : '';
  const answers = Object.entries(responses).map(([status, one]) => answerHtml(status, resolve(one, document.components.responses)));
  return `<details class="operation" id="${escapeHtml(operationId)}"${open}>
<summary><b class="method ${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code> <span>${escapeHtml(summary)}</span></summary>
${description === undefined ? '' : `<p>${escapeHtml(description)}</p>\n`}<form data-method="${method.toUpperCase()}" data-path="${escapeHtml(path)}">
${parameters.map((parameter) => parameterHtml(operationId, parameter)).join('')}${requestBody ? bodyHtml(operationId, requestBody.content) : ''}<p><button ${text('send')}</button> <span class="dim" role="status"></span></p>
<pre class="answer" tabindex="0" aria-label="Answer" hidden></pre>
</form>
<h3 ${text('answers')}</h3>
<dl>
${answers.join('\n')}
</dl>
</details>`;
}

function parameterHtml(operationId: string, { name, in: place, required, description, schema }: Parameter): string {
  const id = escapeHtml(`${operationId}-${name}`);
  const note = description === undefined ? '' : ` <small>${escapeHtml(description)}</small>`;
  const attributes = `id="${id}" name="${escapeHtml(name)}" data-in="${place}"`;
  return `<p><label for="${id}"><code>${escapeHtml(name)}</code> <span class="dim">${place}</span></label> ${controlHtml(attributes, schema?.enum ?? [], required)}${note}</p>
`;
}

/** A field that must be filled starts with its first value. One that may stay empty starts empty; where its values are known, it is a choice. */
function controlHtml(attributes: string, values: string[], required = false): string {
  if (required || values.length === 0)
    return `<input ${attributes} value="${escapeHtml(values[0] ?? '')}"${required ? ' required' : ''} autocomplete="off">`;
  return `<select ${attributes}>${['', ...values].map((value) => `<option>${escapeHtml(value)}</option>`).join('')}</select>`;
}

/** The body: a choice of examples, each with its content type, and a place to change it. */
function bodyHtml(operationId: string, content: Content): string {
  const examples = Object.entries(content).flatMap(([type, { examples: all = {} }]) =>
    Object.values(all).map(({ summary, value }) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
      return { type, label: `${type}: ${summary ?? ''}`, text };
    }),
  );
  const options = examples.map(({ type, label, text }) => {
    return `<option value="${escapeHtml(text)}" data-type="${escapeHtml(type)}">${escapeHtml(label)}</option>`;
  });
  const refs = Object.values(content).map(({ schema }) => schemaLink(schema));
  const links = [...new Set(refs.filter((link) => link !== ''))].join(', ');
  return `<p><label for="${operationId}-example" ${text('example')}</label> <select id="${operationId}-example">${options.join('')}</select>${links && ` <small>${links}</small>`}</p>
<p><label for="${operationId}-body" ${text('body')}</label></p>
<textarea id="${operationId}-body" rows="8" spellcheck="false" data-type="${escapeHtml(examples[0]?.type ?? 'application/json')}">
${escapeHtml(examples[0]?.text ?? '')}</textarea>
`;
}

function answerHtml(status: string, { description, content = {} }: Response): string {
  const types = Object.entries(content).map(([type, { schema }]) => `<code>${escapeHtml(type)}</code> ${schemaLink(schema)}`.trim());
  return `<dt>${escapeHtml(status)}</dt><dd>${escapeHtml(description)} <span class="dim">${types.join(', ')}</span></dd>`;
}

/** A link to the schema that a reference names, or to each of several. */
function schemaLink(schema: (Reference & { anyOf?: Reference[] }) | undefined): string {
  if (schema?.anyOf) return schema.anyOf.map(schemaLink).join(' | ');
  const name = schema?.$ref?.split('/').pop();
  return name === undefined ? '' : `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
}

/** What a reference leads to, or the value itself. */
function resolve<T extends object>(value: T & Reference, components: Record<string, T>): T {
  const name = value.$ref?.split('/').pop();
  return name === undefined ? value : (components[name] as T);
}

/** A schema as text, its references as links. */
function code(schema: object): string {
  const text = escapeHtml(JSON.stringify(schema, null, 2));
  return text.replaceAll(/#\/components\/schemas\/([A-Za-z0-9._-]+)/g, '<a href="#schema-$1">$1</a>');
}

function address(name: string, hash: string | undefined): string {
  return hash === undefined ? name : `${name}?${hash}`;
}
