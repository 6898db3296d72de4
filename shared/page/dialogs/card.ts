import type { PageData } from '../base/data.ts';
import { byId, make } from '../base/dom.ts';
import { loadLater } from '../base/load-later.ts';
import type { Words } from '../words/words.ts';

/** The hash at which the model's card is, so that a link opens it. */
const HASH = '#card';

/** Opens the model's card where the address names it, now and whenever the address changes; the function returned shows it anew. */
export function openCard(data: PageData, words: () => Words): () => void {
  const dialog = byId<HTMLDialogElement>('dialog');
  const show = async () => {
    if (location.hash !== HASH) {
      dialog.close();
      return;
    }
    byId('dialog-heading').textContent = words().text('about');
    const body = byId('dialog-body');
    if (!dialog.open) {
      body.replaceChildren(make('p', { className: 'dim' }, words().text('loading')));
      dialog.showModal();
    }
    body.setAttribute('aria-busy', 'true');
    const parts = await partsOf(data, words());
    // Meanwhile it may have been closed.
    if (location.hash !== HASH) return;
    body.replaceChildren(...parts);
    body.removeAttribute('aria-busy');
  };
  dialog.addEventListener('close', () => {
    if (location.hash === HASH) history.pushState(null, '', `${location.pathname}${location.search}`);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  addEventListener('hashchange', show);
  return () => {
    show();
  };
}

async function partsOf(data: PageData, words: Words): Promise<Node[]> {
  try {
    const { cardParts } = await loadLater();
    return cardParts(data, words);
  } catch {
    return [make('p', { className: 'error' }, words.text('unreachable'))];
  }
}
