/**
 * A decimal number as a CSV spells it: 1, +1.5, .5, 5., 1e-3. Each character can be matched in one way only, so that a long field
 * that is no number is refused in linear time. `\d+\.?\d*` would try every way to cut a run of digits in two.
 */
export const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
