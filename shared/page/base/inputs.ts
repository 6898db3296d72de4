import type { Level } from '../../schema/features.ts';
import { isNumeric, isTime, timeText } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import type { PageData, PageFeature, Value } from './data.ts';
import { byId, say } from './dom.ts';

/** The form's fields as a row of values in the model's feature order. */
export type Inputs = {
  values: Value[];
  /** Puts a value into a feature's field, as if a person had. */
  set(at: number, value: Value): void;
  /** Says what is wrong beside each field, by the feature's place, and takes away what was said before. */
  showErrors(errors: Map<number, string>, language?: string): void;
  /** Marks the numbers that lie outside what the model learnt from, and says what each switch stands for. */
  mark(words: Words): void;
  /** What is wrong with the values as far as the page can tell. */
  check(words: Words): Map<number, string>;
};

/** Binds the form; `changed` hears the place of the feature that a person changed, or -1 for all. */
export function openInputs(data: PageData, values: Value[], changed: (at: number) => void): Inputs {
  const form = byId<HTMLFormElement>('form');
  const shown = data.order.map((at): [number, PageFeature] => [at, data.features[at] as PageFeature]);
  const inputs: Inputs = {
    values,
    set: (at, value) => {
      values[at] = value;
      write(data.features[at] as PageFeature, at, value);
      changed(at);
    },
    showErrors: (errors, language) => {
      shown.forEach(([at]) => {
        const message = errors.get(at) ?? '';
        const place = byId(`e${at}`);
        say(place, message);
        place.lang = language ?? '';
        if (!language) place.removeAttribute('lang');
        byId(`f${at}`).setAttribute('aria-invalid', String(message !== ''));
      });
    },
    mark: (words) => {
      for (const [at, feature] of shown) {
        const value = values[at];
        say(byId(`o${at}`), typeof value === 'number' ? outsideText(feature, value, words) : '');
        const state = document.getElementById(`w${at}`);
        if (state) state.textContent = feature.type === 'logical' ? words.text(value === true ? 'yes' : 'no') : String(value);
      }
    },
    check: (words) => {
      const wrong = shown.flatMap(([at, feature]): [number, string][] => {
        const isMissing = values[at] === null && (isNumeric(feature) || isTime(feature));
        // What is no number at all leaves a field's value empty too, so only the browser can tell it from a missing one.
        const isText = byId<HTMLInputElement>(`f${at}`).validity.badInput;
        return isText || (isMissing && !(data.takesMissing && !feature.required))
          ? [[at, words.text(isTime(feature) ? 'needTime' : 'needNumber')]]
          : [];
      });
      return new Map(wrong);
    },
  };
  for (const [at, feature] of shown) write(feature, at, values[at] ?? null);
  form.addEventListener('input', ({ target }) => {
    const at = Number((target as HTMLElement).id.slice(1));
    const isSlider = (target as HTMLElement).id.startsWith('s');
    const feature = data.features[at];
    if (!feature) return;
    if (isSlider) byId<HTMLInputElement>(`f${at}`).value = (target as HTMLInputElement).value;
    values[at] = read(feature, at);
    const slider = document.getElementById(`s${at}`) as HTMLInputElement | null;
    if (slider && !isSlider && values[at] !== null) slider.value = String(values[at]);
    paintSlider(at);
    changed(at);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    changed(-1);
  });
  form.addEventListener('reset', (event) => {
    event.preventDefault();
    data.features.forEach((feature, at) => {
      values[at] = feature.start;
    });
    for (const [at, feature] of shown) write(feature, at, feature.start);
    changed(-1);
  });
  return inputs;
}

/** What is to be known of a number beyond what the model learnt from: beyond its thresholds its answer stays the same. */
function outsideText({ known, edges }: PageFeature, value: number, words: Words): string {
  if (!known || (value >= known[0] && value <= known[1])) return '';
  if (!edges) return `${words.text('outside')} ${words.number(known[0])} ${words.text('to')} ${words.number(known[1])}.`;
  const isBelow = value < known[0];
  const edge = words.number(edges[isBelow ? 0 : 1], { maximumSignificantDigits: 6 });
  return `${words.text(isBelow ? 'below' : 'above')} ${edge} ${words.text('noDifference')}`;
}

function read(feature: PageFeature, at: number): Value {
  const field = byId<HTMLInputElement | HTMLSelectElement>(`f${at}`);
  const isOn = field instanceof HTMLInputElement ? field.checked : field.value === '1';
  if (isSwitch(feature)) return field.value === '' ? null : Number(isOn);
  if (isNumeric(feature)) return field.value === '' ? null : Number(field.value);
  if (isTime(feature)) return field.value === '' ? null : `${field.value}${feature.type === 'date' ? '' : 'Z'}`;
  if (field instanceof HTMLInputElement) return isOn;
  if (field.value === '') return null;
  return feature.type === 'factor' ? (feature.levels[Number(field.value)] ?? null) : isOn;
}

function write(feature: PageFeature, at: number, value: Value): void {
  const field = byId<HTMLInputElement | HTMLSelectElement>(`f${at}`);
  if (isTime(feature)) field.value = value === null ? '' : timeText(feature, String(value));
  else if (isNumeric(feature) && !isSwitch(feature)) {
    field.value = value === null ? '' : String(value);
    const slider = document.getElementById(`s${at}`) as HTMLInputElement | null;
    if (slider && value !== null) slider.value = String(value);
    paintSlider(at);
  } else if (field instanceof HTMLInputElement) field.checked = Number(value) === 1;
  else if (feature.type === 'factor') field.value = placeOf(feature.levels, value);
  else field.value = value === null ? '' : String(Number(value));
}

/** A level's place, as its option has it; none for a missing value that is no level. */
function placeOf(levels: Level[], value: Value): string {
  const place = levels.indexOf(value === null ? null : String(value));
  return place < 0 ? '' : String(place);
}

/** Whether a feature is a number of which the model asks only whether it is 0 or 1. */
export function isSwitch(feature: PageFeature): boolean {
  return feature.type === 'number' && feature.isSwitch === true;
}

/** Tells the style sheet how far a slider is, which it cannot see by itself. */
function paintSlider(at: number): void {
  const slider = document.getElementById(`s${at}`) as HTMLInputElement | null;
  if (!slider) return;
  const [min, max] = [Number(slider.min), Number(slider.max)];
  slider.style.setProperty('--at', `${(100 * (Number(slider.value) - min)) / (max - min)}%`);
}
