import { ModelError } from '../../shared/errors.ts';
import { CALENDAR, type CalendarPart } from '../../shared/steps/calendar.ts';
import { classOf, element, type RValue, textsOf } from '../rds/values.ts';
import type { FrameColumn } from './frame.ts';
import { HOLIDAYS } from './holidays.ts';
import { flag, type StepContext, type StepReader, texts } from './step-values.ts';

/** What recipes' steps call their parts. */
const DATE_PARTS = ['dow', 'doy', 'week', 'month', 'decimal', 'quarter', 'semester', 'year'];
const TIME_PARTS = ['am', 'hour', 'hour12', 'minute', 'second', 'decimal_day'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT = 3;
const IN_UTC = 'times in UTC: lubridate::with_tz(x, "UTC")';
/** What as.POSIXct() makes where nobody names a zone. */
const LOCAL = 'times without a zone, whose days and hours R takes in the zone that it runs in';

/** step_date(), step_time() and step_holiday(): numbers and names of what a calendar says of a date or a time. */
export const CALENDAR_STEPS: StepReader = {
  steps: ['step_date', 'step_time', 'step_holiday'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const columns = texts(element(step, 'columns'), `${label}'s columns`);
    for (const name of columns) addParts(name, step, context);
    // R's default keeps the dates.
    if (!flag(step, 'keep_original_cols', false)) frame.change(of, { drop: columns });
  },
};

type Part = { part: CalendarPart; column: FrameColumn };

function addParts(name: string, step: RValue, { frame, of, label }: StepContext): void {
  const at = `${label}, column ${name}`;
  const column = frame.column(name, at);
  if (column.kind !== 'date' && column.kind !== 'datetime') throw new ModelError(at, `a column of class ${column.kind}`, 'dates or times');
  if (column.kind === 'datetime' && column.timeZone !== undefined) throw new ModelError(at, `times of the zone ${column.timeZone}`, IN_UTC);
  if (column.kind === 'datetime' && column.isLocal) frame.needsProof(at, { found: LOCAL, help: `; or ${IN_UTC}`, mayLack: true });
  if (of === 'step_time' && column.kind === 'date') throw new ModelError(at, 'dates without a time', 'times');
  const all = of === 'step_holiday' ? holidays(step, name, at) : features(step, column, of === 'step_date' ? DATE_PARTS : TIME_PARTS, at);
  if (all.length === 0) return;
  const unit = column.kind === 'date' ? 'days' : 'seconds';
  const made = all.map((one) => one.column);
  frame.push(CALENDAR, { step: 'calendar', of, from: frame.place(name, at), unit, parts: all.map(({ part }) => part) }, [
    ...frame.columns,
    ...made,
  ]);
}

function features(step: RValue, { name, kind: of }: FrameColumn, known: string[], label: string): Part[] {
  const locale = element(step, 'locale');
  const isByClock = locale !== undefined && classOf(locale).includes('clock_labels') && of === 'datetime';
  return textsOf(element(step, 'features'), `${label}'s features`).map((feature): Part => {
    if (!known.includes(feature)) throw new ModelError(label, `the feature ${feature}`, known.join(', '));
    const made = `${name}_${feature}`;
    const part = feature === 'dow' && isByClock ? 'dow_towards_1970' : feature;
    const levels = (feature === 'dow' || feature === 'month') && flag(step, 'label', true) ? labelsOf(step, feature, label) : undefined;
    if (!levels) {
      const kind = feature === 'am' ? 'logical' : feature.startsWith('decimal') || feature === 'second' ? 'number' : 'integer';
      return { part: { name: made, part }, column: { name: made, kind } };
    }
    const kind = flag(step, 'ordinal', false) ? 'ordered' : 'factor';
    return { part: { name: made, part, levels }, column: { name: made, kind, levels } };
  });
}

/** The names of months or days of the week: those of the step's locale, else English ones. */
function labelsOf(step: RValue, feature: 'dow' | 'month', label: string): string[] {
  const isShort = flag(step, 'abbr', true);
  const locale = element(step, 'locale');
  const full = feature === 'dow' ? WEEKDAYS : MONTHS;
  if (locale && classOf(locale).includes('clock_labels')) {
    const part = `${feature === 'dow' ? 'weekday' : 'month'}${isShort ? '_abbrev' : ''}`;
    const labels = textsOf(element(locale, part), `${label}'s locale`);
    if (labels.length !== full.length) throw new ModelError(`${label}'s locale`, `${labels.length} names`, String(full.length));
    return labels;
  }
  const name = locale?.type === 'character' ? (locale.values[0] ?? '') : '';
  if (!/^(?:$|C|POSIX|en)/.test(name)) throw new ModelError(`${label}'s locale`, name, 'English, or label = FALSE');
  return isShort ? full.map((label) => label.slice(0, SHORT)) : full;
}

function holidays(step: RValue, name: string, label: string): Part[] {
  return textsOf(element(step, 'holidays'), `${label}'s holidays`).map((holiday): Part => {
    const rule = Object.hasOwn(HOLIDAYS, holiday) ? HOLIDAYS[holiday] : undefined;
    if (!rule) throw new ModelError(label, `the holiday ${holiday}`, `one of ${Object.keys(HOLIDAYS).join(', ')}`);
    const made = `${name}_${holiday}`;
    return { part: { name: made, part: 'holiday', rule }, column: { name: made, kind: 'integer' } };
  });
}
