import { ModelError } from '../../../shared/errors.ts';
import type { Feature } from '../../../shared/schema/features.ts';
import { readLevels, readTerms } from '../../formula/terms.ts';
import { element, numbersOf, type RValue, textOf, textsOf } from '../../rds/values.ts';
import { Frame, type FrameColumn } from '../../steps/frame.ts';
import { describeStep } from '../../steps/recipe.ts';
import { flag } from '../../steps/step-values.ts';
import type { First, Imported } from '../reader.ts';
import { columnsOfTerms } from '../workflow/raw-columns.ts';
import { columnsAlone } from '../workflow/recipe.ts';
import { numberColumns } from './columns.ts';
import { applyMatrix } from './matrix.ts';
import { applyPreProcess, methodsOf } from './pre-process.ts';

/** Methods that change the values of a column but keep its name. */
const CHANGING = ['invHyperbolicSine', 'BoxCox', 'YeoJohnson', 'expoTrans', 'range', 'center', 'scale', 'spatialSign'];
/** Those before which the training's means are not known. */
const EARLIER = ['invHyperbolicSine', 'BoxCox', 'YeoJohnson', 'expoTrans', 'range', 'spatialSign'];

/** A preProcess object by itself: its answer is what predict() makes of the columns that it names, and of those that pass. */
export function readPreProcess(value: RValue, label: string, passed: readonly Feature[] = []): Imported {
  const methods = methodsOf(value, label);
  const removed = new Set(methods.get('remove') ?? []);
  const silent = ['remove', 'ignore', 'keep'];
  // bagImpute goes through its columns in their order.
  const all = [...methods].sort(([a], [b]) => Number(b === 'bagImpute') - Number(a === 'bagImpute'));
  const used = new Set(all.flatMap(([name, columns]) => (silent.includes(name) ? [] : columns)));
  const names = [...used].filter((name) => !removed.has(name));
  const numbers = numberColumns(names);
  if (names.length + passed.length === 0) throw new ModelError(label, 'no columns', 'at least one');
  const raw = { features: [...numbers.features, ...passed], columns: [...numbers.columns, ...passed.map(passedColumn)] };
  const frame = new Frame(raw.columns, label);
  const pipeline = applyPreProcess(value, frame, label);
  return { ...columnsAlone(raw, frame, { pipeline, call: 'preProcess', label }), asFirst: changesOf(value, methods, label) };
}

function passedColumn(feature: Feature): FrameColumn {
  if (feature.type === 'factor') return { name: feature.name, kind: 'factor', levels: feature.levels };
  return { name: feature.name, kind: feature.type === 'integer64' ? 'number' : feature.type };
}

/** The columns that have other values behind it; the mean of a column that is only centered becomes 0. */
function changesOf(value: RValue, methods: ReadonlyMap<string, string[]>, label: string): First {
  const all = new Set(CHANGING.flatMap((method) => methods.get(method) ?? []));
  const earlier = new Set(EARLIER.flatMap((method) => methods.get(method) ?? []));
  const means = methods.has('center') ? numbersOf(element(value, 'mean'), `${label}'s mean`) : [];
  const seen = new Map((methods.get('center') ?? []).map((name, at) => [name, means[at]]));
  return new Map(
    [...all].map((name) => {
      const mean = seen.get(name);
      return [name, mean === undefined || earlier.has(name) ? undefined : { before: mean, behind: 0 }];
    }),
  );
}

/** dummyVars: a column for each level of its factors, or for all but the first one (R/dummyVar.R). */
export function readDummyVars(value: RValue, label: string): Imported {
  const terms = readTerms(element(value, 'terms'), `${label}'s terms`);
  const levels = element(value, 'lvls');
  const raw = columnsOfTerms(terms, levels, label);
  const frame = new Frame(raw.columns, label);
  const known = readLevels(levels, `${label}'s lvls`);
  applyMatrix(frame, terms, { levels: known, standard: flag(value, 'fullRank', false) ? 'contr.treatment' : 'levels' }, label);
  const renamed = newNames(value, frame, known, label);
  if (renamed.size > 0) {
    const arranged = frame.columns.map((column, place) => ({
      column: { ...column, name: renamed.get(column.name) ?? column.name },
      place,
    }));
    frame.arrange('dummyVars', arranged);
  }
  const step = describeStep('dummyVars', raw.columns, frame.columns);
  return { ...columnsAlone(raw, frame, { pipeline: [step], call: 'dummyVars', label }), asFirst: new Map() };
}

/** The names of the columns of levels: by the level alone, or with something between the variable and the level. */
function newNames(value: RValue, frame: Frame, levels: ReadonlyMap<string, (string | null)[]>, label: string): Map<string, string> {
  const renamed = new Map<string, string>();
  const factors = element(value, 'facVars');
  const [isLevel, separator] = [flag(value, 'levelsOnly', false), element(value, 'sep')];
  if (!factors || (!isLevel && !separator)) return renamed;
  const between = isLevel ? '' : textOf(separator, `${label}'s sep`);
  for (const name of textsOf(factors, `${label}'s facVars`)) {
    for (const level of levels.get(name) ?? []) {
      const column = `${name}${level}`;
      if (!frame.has(column)) continue;
      if (renamed.has(column))
        throw new ModelError(label, `the column "${column}" of two variables`, 'variables and levels of other names');
      renamed.set(column, isLevel ? String(level) : `${name}${between}${level}`);
    }
  }
  return renamed;
}
