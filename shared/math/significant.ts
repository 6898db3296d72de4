/**
 * A finite double with that many significant digits (1 to 41), as C's `%.*e` writes it: exactly halfway between two texts the
 * even digit wins, where JavaScript takes the greater. `digits` counts those before and after the point.
 */
export function significant(value: number, digits: number): string {
  const rounded = value.toExponential(digits - 1);
  // A double that is halfway has one digit more than asked for, a 5, and then nothing.
  if (Number(value.toExponential(digits)) !== value) return rounded;
  const [mantissa = '', exponent = ''] = value.toExponential(MOST).split('e');
  const rest = mantissa.slice(mantissa.length - MOST + digits - 1);
  if (!/^50*$/.test(rest)) return rounded;
  const kept = mantissa.slice(0, mantissa.length - rest.length).replace(/\.$/, '');
  return Number(kept.at(-1)) % 2 === 0 ? `${kept}e${exponent}` : rounded;
}

/** A double with 15 significant digits, in scientific form where that is shorter (1e+05), as R prints it and as.character() has it. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Inf' : '-Inf';
  const rounded = Number(significant(value, 15));
  const [digits = '', exponent = '+0'] = rounded.toExponential().split('e');
  const scientific = `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  const fixed = String(rounded);
  return fixed.length <= scientific.length && !fixed.includes('e') ? fixed : scientific;
}

/** Digits after the point that settle whether a double is halfway. */
const MOST = 60;
