import type { Predictor } from '../../shared/predict.ts';
import { featureSplits } from './splits.ts';

/** Most levels of a factor that is guessed at. */
const MOST_LEVELS = 100;
/** Most names that are written. */
const SHOWN = 8;

/**
 * The numeric features that may be factors whose levels the model file lacks: ranger orders such a factor by its codes 1, 2, 3 ..., and
 * splits half-way between two of them. A feature that the sidecar described has been looked at and is no longer asked about.
 */
export function maybeFactors(model: Predictor): string[] {
  if (!model.body.kind.lacksLevels) return [];
  const splits = featureSplits(model);
  return model.schema.features.flatMap((feature, at) => {
    const { type, name, label, unit, step } = feature as typeof feature & { unit?: unknown; step?: unknown };
    const isDescribed = [label, unit, step].some((said) => said !== undefined);
    const { values, isSet } = splits[at]!;
    const areCodes = values.every((value) => value >= 1.5 && value < MOST_LEVELS && Number.isInteger(2 * value));
    return type === 'number' && !isDescribed && !isSet && areCodes && values.includes(1.5) ? [name] : [];
  });
}

/** What to say of them, in a line; nothing where there are none. `file` is the model's file. */
export function maybeFactorsNote(model: Predictor, file: string): string[] {
  const names = maybeFactors(model);
  if (names.length === 0) return [];
  const shown = names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '');
  const isArtifact = file.endsWith('.canopy');
  const sidecar = isArtifact ? 'a sidecar beside the model file' : `${file.replace(/\.[^./]*$/, '')}.model.json`;
  const what = 'numbers to this model, perhaps codes of factors (1, 2, ...) whose levels the file lacks';
  const advice = isArtifact ? 'and import that again' : 'or import with --data training.csv';
  return [`${shown}: ${what}; if so, name the levels in ${sidecar}, ${advice}`];
}
