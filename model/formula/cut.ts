import { significant } from '../../shared/math/significant.ts';

/**
 * The labels cut() gives its intervals: its breaks with as few significant digits as make them differ, from `digits` on (R's
 * cut.default and formatC).
 */
export function cutLabels(
  breaks: number[],
  { right, lowest, digits }: { right: boolean; lowest: boolean; digits: number },
): string[] | undefined {
  if (!Number.isInteger(digits) || digits < 1 || digits > 16) return undefined;
  const texts = distinctTexts(breaks, digits);
  if (!texts) return undefined;
  const [open, close] = right ? ['(', ']'] : ['[', ')'];
  const labels = texts.slice(1).map((text, at) => `${open}${texts[at]},${text}${close}`);
  if (lowest && right) labels[0] = `[${labels[0]?.slice(1)}`;
  if (lowest && !right) labels[labels.length - 1] = `${labels.at(-1)?.slice(0, -1)}]`;
  return labels;
}

/**
 * The breaks with the least digits, from `digits` on, with which no two neighbours are the same; undefined where none do. Two that
 * are the same raise the digits at once, so that most breaks are written twice at most.
 */
function distinctTexts(breaks: number[], digits: number): string[] | undefined {
  const most = Math.max(12, digits);
  let width = digits;
  for (let at = 1; at < breaks.length; at += 1) {
    while (general(breaks[at - 1]!, width) === general(breaks[at]!, width)) {
      width += 1;
      if (width > most) return undefined;
    }
  }
  // Rounding twice may bring together what fewer digits keep apart, so all are compared at the digits found.
  for (; width <= most; width += 1) {
    const texts = breaks.map((value) => general(value, width));
    // formatC() writes what is not finite by format(), which makes texts equally long: beside -Inf there is " Inf".
    if (texts.every((text, at) => at === 0 || text !== texts[at - 1]))
      return texts.map((text) => (text === 'Inf' && texts.includes('-Inf') ? ' Inf' : text));
  }
  return undefined;
}

/** A number as C's "%.*g" prints it. */
function general(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  if (value === 0) return '0';
  const [mantissa = '', exponent = '0'] = significant(value, digits).split('e');
  const power = Number(exponent);
  const trim = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (power < -4 || power >= digits) return `${trim(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return trim(Number(significant(value, digits)).toFixed(Math.max(0, digits - 1 - power)));
}
