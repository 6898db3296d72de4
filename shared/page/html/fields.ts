import type {
  DateFeature,
  DatetimeFeature,
  FactorFeature,
  Feature,
  Integer64Feature,
  Label,
  Level,
  NumberFeature,
} from '../../schema/features.ts';
import { TEXTS } from '../words/texts.ts';
import { type FormFeature, niceStep, tidy } from './form.ts';

/** Most features that get a field of their own; those beyond keep their starting values. */
export const MAX_FIELDS = 200;

/** Where a number's slider goes from, to, and by which steps. */
export type Slider = { min: number; max: number; step: number };

/** A text made harmless within HTML, be it between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (char) => entities[char] as string);
}

/** Whether a feature's field is one for numbers. */
export function isNumeric(feature: Feature): feature is NumberFeature | Integer64Feature {
  return feature.type === 'number' || feature.type === 'integer64';
}

/** Whether a feature's field is one for a date or a time. */
export function isTime(feature: Feature): feature is DateFeature | DatetimeFeature {
  return feature.type === 'date' || feature.type === 'datetime';
}

/** A label in English. */
export function english(label: Label): string {
  return typeof label === 'string' ? label : label.en;
}

/** What people see of a factor's level: the sidecar's words where it has some. */
export function levelLabel({ words }: FactorFeature, level: Level): Label {
  return level === null ? 'NA' : labelIn(words, level);
}

/** A text's words where there are some, else the text itself. */
export function labelIn(words: Record<string, Label> | undefined, text: string): Label {
  return words !== undefined && Object.hasOwn(words, text) ? (words[text] as Label) : text;
}

/** The slider of a number whose ends are given (form.ts finds them in the model). Undefined where they are not: then the number is typed. */
export function sliderOf({ min, max, step }: NumberFeature | Integer64Feature): Slider | undefined {
  if (min === undefined || max === undefined || !(min < max) || !Number.isFinite(max - min)) return undefined;
  return { min, max, step: step ?? niceStep(max - min) };
}

/** Where a field starts: the default, else the middle of the slider, no, or the first level. Null is missing. */
export function startOf(feature: Feature): number | boolean | string | null {
  if (feature.default !== undefined) return feature.default;
  if (feature.type === 'logical') return false;
  if (feature.type === 'factor') return feature.levels[0] ?? null;
  if (isTime(feature)) return feature.range?.[0] ?? feature.min ?? (feature.type === 'date' ? '2024-01-31' : '2024-01-31T12:00:00Z');
  const slider = sliderOf(feature);
  if (!slider) return feature.range?.[0] ?? feature.min ?? 0;
  const { min, max, step } = slider;
  return tidy(Math.min(max, min + Math.round((max - min) / 2 / step) * step));
}

/** A feature's label, its inputs, and the places for what is wrong with it or to be known of it. `at` is the feature's place in a row. */
export function fieldHtml(feature: FormFeature, at: number, takesMissing: boolean): string {
  const label = escapeHtml(english(feature.label ?? feature.name));
  return `<div class="field" data-feature="${at}">
<label for="f${at}" id="l${at}">${label}</label>
${controlHtml(feature, at, label, takesMissing)}
<p class="outside" id="o${at}" hidden></p>
<p class="error" id="e${at}" hidden></p>
</div>
`;
}

function controlHtml(feature: FormFeature, at: number, label: string, takesMissing: boolean): string {
  if (isNumeric(feature) && !('isSwitch' in feature)) return numberHtml(feature, at, label, takesMissing);
  if (isTime(feature)) return timeHtml(feature, at);
  if (feature.type === 'factor') return selectHtml(feature, at, takesMissing);
  return takesMissing ? yesNoHtml(feature, at) : switchHtml(feature, at);
}

/** A date, or a time in UTC: the browser's field for times has no zone. */
function timeHtml(feature: DateFeature | DatetimeFeature, at: number): string {
  const value = escapeHtml(timeText(feature, String(startOf(feature))));
  if (feature.type === 'date') return `<input id="f${at}" name="f${at}" type="date" value="${value}" aria-describedby="e${at}">`;
  const field = `<input id="f${at}" name="f${at}" type="datetime-local" step="1" value="${value}" aria-describedby="e${at}">`;
  return `<span class="number">${field}<span class="unit">UTC</span></span>`;
}

/** What a field for a date or a time shows of a value of its feature. */
export function timeText(feature: DateFeature | DatetimeFeature, value: string): string {
  return feature.type === 'date' ? value.slice(0, 10) : utcText(value).slice(0, 19);
}

/** A time's text in UTC, as it is where it is no time that every browser reads. */
function utcText(value: string): string {
  const hasZone = /(?:[Zz]|[+-]\d\d:?\d\d)$/.test(value.slice(10));
  const time = new Date(hasZone ? value : `${value}Z`).getTime();
  return Number.isNaN(time) ? value : new Date(time).toISOString();
}

function numberHtml(feature: NumberFeature | Integer64Feature, at: number, label: string, takesMissing: boolean): string {
  const slider = sliderOf(feature);
  const value = startOf(feature);
  const bounds = slider ? `min="${slider.min}" max="${slider.max}" step="${slider.step}"` : 'step="any"';
  // An empty field is a missing value, where the model takes one.
  const empty = takesMissing ? ` placeholder="${TEXTS.en.missing}" data-empty="missing"` : '';
  const field = `<input id="f${at}" name="f${at}" type="number" inputmode="decimal" ${bounds} value="${value}"${empty} aria-describedby="o${at} e${at}">`;
  const unit = feature.unit === undefined ? '' : `<span class="unit" id="u${at}">${escapeHtml(english(feature.unit))}</span>`;
  const box = `<span class="number">${field}${unit}</span>`;
  if (!slider) return box;
  const range = `<input class="slider" id="s${at}" type="range" ${bounds} value="${value}" aria-label="${label}" data-slider="${at}">`;
  return `${box}\n${range}\n<p class="ends" aria-hidden="true"><span data-number="${slider.min}">${slider.min}</span><span data-number="${slider.max}">${slider.max}</span></p>`;
}

/** Options carry a level's place as their value: a level may be an empty text. */
function selectHtml(feature: FactorFeature, at: number, takesMissing: boolean): string {
  const start = startOf(feature);
  const options = feature.levels.map((level, place) => {
    return `<option value="${place}"${level === start ? ' selected' : ''}>${escapeHtml(english(levelLabel(feature, level)))}</option>`;
  });
  const missing = takesMissing && !feature.levels.includes(null) ? '<option value="" data-text="missing">missing</option>' : '';
  return `<select id="f${at}" name="f${at}" aria-describedby="e${at}">${options.join('')}${missing}</select>`;
}

/** A switch says beside itself what it stands for: 0 or 1, or no or yes. */
function switchHtml(feature: FormFeature, at: number): string {
  const isOn = isOnAtStart(feature);
  const state = feature.type === 'logical' ? `data-text="${isOn ? 'yes' : 'no'}">${TEXTS.en[isOn ? 'yes' : 'no']}` : `>${isOn ? 1 : 0}`;
  const field = `<input id="f${at}" name="f${at}" type="checkbox" role="switch" aria-describedby="e${at}"${isOn ? ' checked' : ''}>`;
  return `<span class="switch"><span class="state" id="w${at}" aria-hidden="true" ${state}</span>${field}</span>`;
}

/** A switch that may also be missing, which a switch cannot say. */
function yesNoHtml(feature: FormFeature, at: number): string {
  const isOn = isOnAtStart(feature);
  const names = feature.type === 'logical' ? ['no', 'yes'] : undefined;
  const option = (value: 0 | 1) => {
    const selected = isOn === (value === 1) ? ' selected' : '';
    const name = names?.[value];
    return name === undefined
      ? `<option value="${value}"${selected}>${value}</option>`
      : `<option value="${value}" data-text="${name}"${selected}>${TEXTS.en[name]}</option>`;
  };
  const missing = `<option value="" data-text="missing">${TEXTS.en.missing}</option>`;
  return `<select id="f${at}" name="f${at}" aria-describedby="e${at}">${option(0)}${option(1)}${missing}</select>`;
}

function isOnAtStart(feature: FormFeature): boolean {
  const start = startOf(feature);
  return start === true || start === 1;
}
