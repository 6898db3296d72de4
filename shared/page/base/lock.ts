import { isNumeric, sliderOf } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import { credentialOf, keepCredential } from './credential.ts';
import type { PageData, PageFeature } from './data.ts';
import { byId, make, say } from './dom.ts';

/** The page's own form of /model (shared/api/routes.ts). */
const PAGE_DATA = 'application/vnd.canopy.page+json';

/** Asks the visitor for a key until /model answers to it; then the page is whole, and `opened` gets what came. */
export function openLock(data: PageData, words: () => Words, opened: (data: PageData) => void): void {
  const { access } = data;
  if (access === undefined || access === 'iam') return;
  const [form, field, problem] = [byId('access'), byId<HTMLInputElement>('key'), byId('key-problem')];
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const header = credentialOf(access, field.value.trim());
    say(problem, '');
    const answer = await ask(header);
    if (typeof answer === 'string') {
      say(problem, words().text(answer));
      field.focus();
      return;
    }
    // The fields are those of a model that was replaced meanwhile: a level would be sent as another.
    if (answer.sha256 !== data.sha256) return location.reload();
    keepCredential(header);
    field.value = '';
    form.remove();
    const features = answer.features.map(({ isSwitch: _, ...feature }) => feature as PageFeature);
    const whole: PageData = { ...answer, features, access };
    for (const at of whole.order) addSlider(features[at] as PageFeature, at);
    document.querySelector('main')?.removeAttribute('data-locked');
    opened(whole);
  });
  field.focus();
}

/** What /model tells a caller with this header, or the key of a text on why there is nothing. */
async function ask(header: Record<string, string>): Promise<PageData | string> {
  try {
    const reply = await fetch('model', { headers: { accept: PAGE_DATA, ...header } });
    if (reply.ok) return await reply.json();
    return reply.status === 401 || reply.status === 403 ? 'noAccess' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** Gives a number's field the ends that the page could not show before, and the slider beside it. */
function addSlider(feature: PageFeature, at: number): void {
  const slider = isNumeric(feature) ? sliderOf(feature) : undefined;
  if (!slider) return;
  const field = byId<HTMLInputElement>(`f${at}`);
  const [min, max, step] = [slider.min, slider.max, slider.step].map(String) as [string, string, string];
  Object.assign(field, { min, max, step });
  const range = make('input', { id: `s${at}`, type: 'range', className: 'slider', min, max, step });
  range.dataset.slider = String(at);
  const ends = make('p', { className: 'ends', ariaHidden: 'true' }, make('span', {}, min), make('span', {}, max));
  ends.querySelectorAll('span').forEach((end, place) => {
    end.dataset.number = place === 0 ? min : max;
  });
  (field.closest('.number') ?? field).after(range, ends);
}
