import { svg } from '../base/dom.ts';
import { type ChartSpec, type Plan, partsOf, planOf } from './chart-parts.ts';

/** A place for a chart. */
export type Chart = { show(spec: ChartSpec): void };

/** Opens a chart in an element, as wide as that is; its colours are the style sheet's, so that they follow the reader's, and paper. */
export function openChart(host: HTMLElement): Chart {
  const root = svg('svg', {});
  let spec: ChartSpec | undefined;
  let plan: Plan | undefined;
  let width = 0;
  host.append(root);
  const draw = () => {
    if (!spec || width === 0) return;
    // Where the answer has its place below the form, the curve has the height of both.
    const most = host.closest('.few') ? 370 : 250;
    plan = planOf(spec, width, Math.round(Math.min(most, Math.max(190, width * 0.5))));
    root.setAttribute('viewBox', `0 0 ${plan.width} ${plan.height}`);
    root.replaceChildren(...partsOf(spec, plan));
  };
  // The browser says how wide the place is once it has laid it out: to ask would make it do so at once.
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry?.contentRect.width ?? 0);
    if (now === width) return;
    width = now;
    draw();
  }).observe(host);
  listen(root, (event) => {
    const { left, width: shown } = root.getBoundingClientRect();
    if (plan) spec?.pick?.(plan.fromX(((event.clientX - left) * plan.width) / shown));
  });
  return {
    show: (next) => {
      spec = next;
      draw();
    },
  };
}

/** Lets a person point at a place, and drag. */
function listen(root: SVGElement, pick: (event: PointerEvent) => void): void {
  root.addEventListener('pointerdown', (event) => {
    root.setPointerCapture(event.pointerId);
    pick(event);
  });
  root.addEventListener('pointermove', (event) => {
    if (root.hasPointerCapture(event.pointerId)) pick(event);
  });
}
