import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Kind } from '../shared/features.ts';
import type { Prediction } from '../shared/shape.ts';

/** The folder of the golden files. */
const FOLDER = fileURLToPath(new URL('./golden/', import.meta.url));

/**
 * A model made in R, and R's own predictions for some rows. `file` is the path of its RDS. `ties` has, for each row (from
 * 0) where classes tie, the classes that do: R draws one of them at random, we give the first in class order.
 */
export type Golden = {
  name: string;
  file: string;
  kind: Kind;
  rows: Record<string, number | string | boolean | null>[];
  predictions: Prediction[];
  /** What R answers to the same rows with other arguments of predict(). */
  others: { parameters: object; predictions: Prediction[] }[];
  /** For each row the sum of absolute terms of a linear predictor, of which ours may lie 1e-13 off where terms cancel. */
  terms: number[] | undefined;
  classes: string[] | undefined;
  times: number[] | undefined;
  /** How many doubles ours may lie away from R's: exp() has bits of its own in R's libm (survival). */
  ulp: number;
  ties: Map<number, string[]>;
};

/** Every RDS in tests/golden with a JSON of its name beside it. */
export function goldens(): Golden[] {
  const models = readdirSync(FOLDER).filter((file) => file.endsWith('.RDS'));
  return models.flatMap((model): Golden[] => {
    const name = model.slice(0, -'.RDS'.length);
    if (!existsSync(`${FOLDER}${name}.json`)) return [];
    const golden = JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8'));
    const ties = Object.entries<string[]>(golden.ties ?? {}).map(([row, classes]): [number, string[]] => [Number(row), classes]);
    // Shares of classes stand as arrays in the files, in class order.
    const labelled = (given: (number | string | number[])[]) =>
      given.map((prediction): Prediction => {
        return Array.isArray(prediction) && golden.classes
          ? Object.fromEntries(prediction.map((share, at) => [golden.classes[at], share]))
          : prediction;
      });
    const { kind, rows, classes, times, terms } = golden;
    const others = ((golden.others ?? []) as { parameters: object; predictions: number[] }[]).map((other) => {
      return { ...other, predictions: labelled(other.predictions) };
    });
    const ulp = kind === 'survival' ? 1 : (golden.ulp ?? 0);
    const predictions = labelled(golden.predictions);
    return [{ name, file: `${FOLDER}${model}`, kind, rows, predictions, others, terms, classes, times, ulp, ties: new Map(ties) }];
  });
}

/** The golden of that name. */
export function golden(name: string): Golden {
  const found = goldens().find((one) => one.name === name);
  if (!found) throw new Error(`no golden called ${name}`);
  return found;
}
