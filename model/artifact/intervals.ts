import { createHash } from 'node:crypto';
import { ModelError } from '../../shared/errors.ts';
import { encodeIntervals, type IntervalPart } from '../../shared/intervals/section.ts';
import { type Predictor, withIntervals } from '../../shared/predict.ts';
import { type Calibration, calibrationPart } from './calibration.ts';

/** The SHA-256 of some bytes. */
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * The section for intervals, of what a model's file has for them and of calibration rows; undefined where there is neither. Throws a
 * ModelError where the rows do not fit the model.
 */
export function spreadOf(
  model: Predictor,
  parts: readonly IntervalPart[] | undefined,
  calibration: Calibration | undefined,
  label: string,
): Uint8Array | undefined {
  const section = usableIntervals(model, parts, label);
  if (!calibration) return section;
  const whole = encodeIntervals([...(section && parts ? parts : []), calibrationPart(model, calibration, label)], sha256);
  withIntervals(model, whole, label, undefined);
  return whole;
}

/**
 * The section of what a model's file has for intervals, where it fits the model; else nothing: a model whose file has odd residuals, or
 * whose answers are made of the body's, still answers.
 */
function usableIntervals(model: Predictor, parts: readonly IntervalPart[] | undefined, label: string): Uint8Array | undefined {
  if (!parts || parts.length === 0 || model.outcome) return undefined;
  const section = encodeIntervals(parts, sha256);
  try {
    withIntervals(model, section, label, undefined);
    return section;
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}
