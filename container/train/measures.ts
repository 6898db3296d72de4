/**
 * Every number that a training job measures, as its log and SageMaker name it: out of the bag (`oob`), and by the channel `validation`.
 * A tuning job chooses one of them.
 */
export const MEASURES = [
  'oob:prediction.error',
  'oob:r.squared',
  'oob:accuracy',
  'oob:auc',
  'oob:concordance',
  'validation:rmse',
  'validation:mae',
  'validation:r.squared',
  'validation:accuracy',
  'validation:log.loss',
  'validation:brier',
  'validation:auc',
  'validation:concordance',
];

/** The regular expression that finds a measure in the log; its group is the number. */
export function measureRegex(name: string): string {
  return `metric ${name.replaceAll('.', String.raw`\.`)}=([-+.0-9eE]+)`;
}

/** The line of the log with a measure. */
export function measureLine(name: string, value: number): string {
  return `metric ${name}=${value}`;
}

/** What CreateTrainingJob and CreateHyperParameterTuningJob take as MetricDefinitions. */
export function metricDefinitions(): { Name: string; Regex: string }[] {
  return MEASURES.map((name) => ({ Name: name, Regex: measureRegex(name) }));
}
