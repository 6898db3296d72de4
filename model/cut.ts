/**
 * The labels cut() gives its intervals: its breaks with as few significant digits as tell them apart, from `digits` on (R's
 * cut.default and formatC).
 */
export function cutLabels(
  breaks: number[],
  { right, lowest, digits }: { right: boolean; lowest: boolean; digits: number },
): string[] | undefined {
  if (!Number.isInteger(digits) || digits < 1 || digits > 16) return undefined;
  let texts: string[] = [];
  let distinct = false;
  for (let width = digits; width <= Math.max(12, digits) && !distinct; width += 1) {
    texts = breaks.map((value) => general(value, width));
    distinct = texts.every((text, at) => at === 0 || text !== texts[at - 1]);
  }
  if (!distinct) return undefined;
  const [open, close] = right ? ['(', ']'] : ['[', ')'];
  const labels = texts.slice(1).map((text, at) => `${open}${texts[at]},${text}${close}`);
  if (lowest && right) labels[0] = `[${labels[0]?.slice(1)}`;
  if (lowest && !right) labels[labels.length - 1] = `${labels.at(-1)?.slice(0, -1)}]`;
  return labels;
}

/** A number as C's "%.*g" prints it. */
function general(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  if (value === 0) return '0';
  const [mantissa = '', exponent = '0'] = value.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  const trim = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (power < -4 || power >= digits) return `${trim(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return trim(value.toFixed(Math.max(0, digits - 1 - power)));
}
