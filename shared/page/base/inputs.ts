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
  /** What is wrong with the values as far as the page can tell. */
  check(words: Words): Map<number, string>;
};

/** Binds the form; `changed` hears the place of the feature that a person changed, or -1 for all. */
export function openInputs(data: PageData, values: Value[], changed: (at: number) => void): Inputs {
  const form = byId<HTMLFormElement>('form');
  const shown = data.features.slice(0, data.fields);
  const inputs: Inputs = {
    values,
    set: (at, value) => {
      values[at] = value;
      write(data.features[at] as PageFeature, at, value);
      changed(at);
    },
    showErrors: (errors, language) => {
      shown.forEach((_, at) => {
        const message = errors.get(at) ?? '';
        const place = byId(`e${at}`);
        say(place, message);
        place.lang = language ?? '';
        if (!language) place.removeAttribute('lang');
        byId(`f${at}`).setAttribute('aria-invalid', String(message !== ''));
      });
    },
    check: (words) => {
      const wrong = shown.flatMap((feature, at): [number, string][] => {
        const isMissing = values[at] === null && (isNumeric(feature) || isTime(feature));
        // What is no number at all leaves a field's value empty too, so only the browser can tell it from a missing one.
        const isText = byId<HTMLInputElement>(`f${at}`).validity.badInput;
        return isText || (isMissing && !data.takesMissing) ? [[at, words.text(isTime(feature) ? 'needTime' : 'needNumber')]] : [];
      });
      return new Map(wrong);
    },
  };
  shown.forEach((feature, at) => {
    write(feature, at, values[at] ?? null);
  });
  form.addEventListener('input', ({ target }) => {
    const at = Number((target as HTMLElement).id.slice(1));
    const isSlider = (target as HTMLElement).id.startsWith('s');
    const feature = shown[at];
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
      if (at < data.fields) write(feature, at, feature.start);
    });
    changed(-1);
  });
  return inputs;
}

function read(feature: PageFeature, at: number): Value {
  const field = byId<HTMLInputElement | HTMLSelectElement>(`f${at}`);
  if (isNumeric(feature)) return field.value === '' ? null : Number(field.value);
  if (isTime(feature)) return field.value === '' ? null : `${field.value}${feature.type === 'date' ? '' : 'Z'}`;
  if (field instanceof HTMLInputElement) return field.checked;
  if (field.value === '') return null;
  return feature.type === 'factor' ? (feature.levels[Number(field.value)] ?? null) : field.value === '1';
}

function write(feature: PageFeature, at: number, value: Value): void {
  const field = byId<HTMLInputElement | HTMLSelectElement>(`f${at}`);
  if (isTime(feature)) field.value = value === null ? '' : timeText(feature, String(value));
  else if (isNumeric(feature)) {
    field.value = value === null ? '' : String(value);
    const slider = document.getElementById(`s${at}`) as HTMLInputElement | null;
    if (slider && value !== null) slider.value = String(value);
    paintSlider(at);
  } else if (field instanceof HTMLInputElement) field.checked = value === true;
  else if (value === null)
    field.value = feature.type === 'factor' && feature.levels.includes(null) ? String(feature.levels.indexOf(null)) : '';
  else field.value = feature.type === 'factor' ? String(feature.levels.indexOf(String(value))) : value === true ? '1' : '0';
}

/** Tells the style sheet how far a slider is, which it cannot see by itself. */
function paintSlider(at: number): void {
  const slider = document.getElementById(`s${at}`) as HTMLInputElement | null;
  if (!slider) return;
  const [min, max] = [Number(slider.min), Number(slider.max)];
  slider.style.setProperty('--at', `${(100 * (Number(slider.value) - min)) / (max - min)}%`);
}
