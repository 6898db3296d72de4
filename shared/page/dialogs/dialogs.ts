import type { PageData } from '../base/data.ts';
import { byId, make } from '../base/dom.ts';
import { loadLater } from '../base/load-later.ts';
import type { Words } from '../words/words.ts';

/** The page's dialogs, each at a hash of its own, so that a link opens it. */
const HASHES = ['#card', '#api'];

/** Opens the dialog that the address names, now and whenever it changes; the function returned shows it anew. */
export function openDialogs(data: PageData, words: () => Words): () => void {
  const dialog = byId<HTMLDialogElement>('dialog');
  const show = async () => {
    const hash = location.hash;
    if (!HASHES.includes(hash)) {
      dialog.close();
      return;
    }
    byId('dialog-heading').textContent = words().text(hash === '#card' ? 'about' : 'api');
    const body = byId('dialog-body');
    if (!dialog.open) {
      body.replaceChildren(make('p', { className: 'dim' }, words().text('loading')));
      dialog.showModal();
    }
    body.setAttribute('aria-busy', 'true');
    const parts = await partsOf(hash, data, words());
    // Meanwhile another may have been asked for, or none.
    if (location.hash !== hash) return;
    body.replaceChildren(...parts);
    body.removeAttribute('aria-busy');
  };
  dialog.addEventListener('close', () => {
    if (HASHES.includes(location.hash)) history.pushState(null, '', `${location.pathname}${location.search}`);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  addEventListener('hashchange', show);
  return () => {
    show();
  };
}

async function partsOf(hash: string, data: PageData, words: Words): Promise<Node[]> {
  try {
    const { dialogParts } = await loadLater();
    return await dialogParts(hash, data, words);
  } catch {
    return [make('p', { className: 'error' }, words.text('unreachable'))];
  }
}
