import type { PageData } from '../base/data.ts';
import { loadReasons } from '../base/load-reasons.ts';
import type { WhyView } from './why.ts';

/** The place of the reasons, whose code is loaded when the first ones came; nothing where the model has none. */
export function openWhyLate(data: PageData, chosen: () => void): WhyView {
  let view: WhyView | undefined;
  let isAsked = false;
  let last: Parameters<WhyView['show']> | undefined;
  const place = document.getElementById('why');
  const load = async () => {
    isAsked = true;
    try {
      const { openWhy } = await loadReasons();
      view = openWhy(data, chosen);
      if (last) view.show(...last);
    } catch {
      // The next answer tries again.
      isAsked = false;
    }
  };
  return {
    chosen: () => view?.chosen(),
    show: (...given) => {
      last = given;
      if (!place) return;
      if (view) view.show(...given);
      else {
        place.hidden = given[0] === 'none';
        if (given[0] !== undefined && given[0] !== 'none' && !isAsked) load();
      }
    },
  };
}
