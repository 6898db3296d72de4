// The browser's code of /docs: sends the request of a form, and shows what was answered.
import { DOCS_TEXTS } from './docs-texts.ts';

/** Most characters of an answer that are shown. */
const MOST_SHOWN = 200_000;
/** Headers of an answer that say how it came. */
const SHOWN = ['content-type', 'x-request-id', 'x-served-by', 'x-model-sha256', 'server-timing', 'allow', 'retry-after'];

const language = navigator.language.toLowerCase().startsWith('pt') ? 'pt' : 'en';
const words = (key: string) => DOCS_TEXTS[language][key] ?? DOCS_TEXTS.en[key] ?? key;

if (language === 'pt') translate();
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-path]')) {
  const [select, area] = [form.querySelector<HTMLSelectElement>('select:not([data-in])'), form.querySelector('textarea')];
  select?.addEventListener('change', () => {
    const chosen = select.selectedOptions[0];
    if (!area || !chosen) return;
    area.value = chosen.value;
    area.dataset.type = chosen.dataset.type ?? 'application/json';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form, area);
  });
}
addEventListener('hashchange', openTarget);
openTarget();

/** Puts the fixed words into the reader's language; the rest is the OpenAPI document's, and English. */
function translate(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-text]')) {
    place.textContent = words(place.dataset.text ?? '');
    place.lang = language;
  }
  for (const place of document.querySelectorAll<HTMLElement>('.answer')) place.ariaLabel = words('answer');
  const note = document.getElementById('english') as HTMLElement;
  note.textContent = words('english');
  note.lang = language;
  note.hidden = false;
}

/** A link to a schema or a request opens it, and what it lies in. */
function openTarget(): void {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  for (let place = target; place; place = place.parentElement) if (place instanceof HTMLDetailsElement) place.open = true;
  target?.scrollIntoView();
}

async function send(form: HTMLFormElement, area: HTMLTextAreaElement | null): Promise<void> {
  const [status, answer] = [form.querySelector('[role=status]') as HTMLElement, form.querySelector('.answer') as HTMLElement];
  const button = form.querySelector('button') as HTMLButtonElement;
  const { method = 'GET', path = '/' } = form.dataset;
  const headers: Record<string, string> = area ? { 'content-type': area.dataset.type ?? 'application/json' } : {};
  const key = document.getElementById('key') as HTMLInputElement | null;
  if (key?.value) headers[key.dataset.header ?? ''] = `${key.dataset.before}${key.value.trim()}`;
  let url = `.${path}`;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[data-in]')) {
    if (input.dataset.in === 'path') url = url.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value === '') continue;
    else if (input.dataset.in === 'query') query.append(input.name, input.value);
    else headers[input.name] = input.value;
  }
  // Not by its size, which Safari has from 17 on.
  if (String(query) !== '') url += `?${query}`;
  button.disabled = true;
  status.textContent = words('sending');
  try {
    const started = performance.now();
    const response = await fetch(url, { method, headers, ...(area ? { body: area.value } : {}) });
    const text = await textOf(response);
    status.textContent = `${response.status} ${words('in')} ${Math.round(performance.now() - started)} ms`;
    const told = SHOWN.flatMap((name) => (response.headers.has(name) ? [`${name}: ${response.headers.get(name)}`] : []));
    answer.textContent = `${told.join('\n')}\n\n${text}`;
  } catch {
    status.textContent = '';
    answer.textContent = words('unreachable');
  } finally {
    answer.hidden = false;
    button.disabled = false;
  }
}

async function textOf(response: Response): Promise<string> {
  const type = response.headers.get('content-type') ?? '';
  if (!/json|text|csv|javascript|xml/.test(type)) return `${(await response.arrayBuffer()).byteLength} ${words('bytes')}`;
  const text = await response.text();
  // As it came: parsed and written again its numbers would be this browser's.
  if (text.length > MOST_SHOWN) return `${text.slice(0, MOST_SHOWN)}\n... and ${text.length - MOST_SHOWN} ${words('more')}`;
  return text;
}
