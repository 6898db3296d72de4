/**
 * A decimal number as a CSV spells it: 1, +1.5, .5, 5., 1e-3. Each character can be matched in one way only, so that a long field
 * that is no number is refused in linear time. `\d+\.?\d*` would try every way to cut a run of digits in two.
 */
export const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The same with a comma in it, as most of Europe and Latin America write it. */
export const DECIMAL_COMMA = /^[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?$/;

/** A number with a comma that may as well be a whole number with its thousands set apart: 1,234. */
export const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;
