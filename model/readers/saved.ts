import { ModelError } from '../../shared/errors.ts';
import type { RFile } from '../rds/rds.ts';
import { attributesOf, classOf, element, type RValue, typeOf } from '../rds/values.ts';
import { describeUnread } from './unread.ts';

/** Most names that are listed. */
const SHOWN = 10;
/** Lists within lists that are looked through, and most of their elements. */
const MAX_DEPTH = 3;
const MAX_ELEMENTS = 10_000;
/** Classes of what is no model, whatever it has for members. */
const DATA = ['data.frame', 'factor', 'Date', 'POSIXct', 'matrix', 'table', 'formula', 'terms', 'recipe', 'resamples', 'rset'];
/** Classes of what is applied to the columns before a model has them. */
const PREPROCESSING = ['preProcess', 'recipe', 'dummyVars'];
/** Members that models have. */
const MEMBERS = ['call', 'terms', 'fit', 'finalModel', 'learner.model', 'forest', 'coefficients', 'raw'];

/** Something in a file: the way to it as R writes it (lst$model), and the value. */
type Held = { path: string; value: RValue };

/** Which of a file's objects is asked for, which are models that are read, and the families that are read, in words. */
export type Choice = { isRead: (value: RValue) => boolean; families: string; object?: string | undefined };

/** The model of a file, and what its columns go through before it, where that lies beside it; each by its name in the file. */
export type Chosen = { model: RValue; before?: { value: RValue; path: string; modelPath: string } };

/**
 * The model of a file: what saveRDS() wrote, or the one that is read among what save() wrote or a plain list holds
 * (list(model =), a pin of vetiver), with the one preprocessing object beside it; of several the one that `object` names. Throws a
 * ModelError that names the models there.
 */
export function modelIn({ saved, value }: RFile, label: string, { isRead, families, object }: Choice): Chosen {
  if (saved === 'saveRDS' && !isContainer(value)) {
    if (object !== undefined)
      throw new ModelError(label, `one object of class ${classOf(value)[0] ?? 'none'}`, 'no --object, as it has no name');
    return { model: value };
  }
  const held = contentsOf(value);
  if (object !== undefined) {
    const chosen = held.find(({ path }) => path === object);
    if (chosen) return { model: chosen.value };
    const models = held.filter((one) => isRead(one.value));
    throw new ModelError(label, `no object ${object}`, models.length > 0 ? `one of ${listed(models)}` : `one of ${listed(held)}`);
  }
  const models = modelsAmong(held, isRead);
  const [only] = models;
  const around = held.filter((one) => isPreprocessing(one.value) && one !== only);
  const [before] = around;
  if (only && models.length === 1) {
    if (!before) return { model: only.value };
    if (around.length === 1 && isRead(before.value))
      return { model: only.value, before: { value: before.value, path: before.path, modelPath: only.path } };
    const isOne = around.length === 1;
    const found = `the model ${only.path} beside ${listed(around)}, ${isOne ? 'which is not read' : 'whose order the file does not say'}`;
    const applied = isOne ? `${before.path} was` : 'they were';
    throw new ModelError(label, found, `--object ${only.path}, where callers send columns that ${applied} applied to`);
  }
  if (models.length > 1) {
    const expected = `one, which --object NAME chooses: npm run model -- import ${label} --object ${models[0]?.path} -o OUT.canopy`;
    throw new ModelError(label, `${models.length} models among ${listed(models)}`, expected);
  }
  throw new ModelError(label, ...noneAmong(held, families, before));
}

/** The models that are read; what is applied before a model counts as one only where there is no other. */
function modelsAmong(held: Held[], isRead: (value: RValue) => boolean): Held[] {
  const read = held.filter((one) => isRead(one.value));
  const models = read.filter((one) => !isPreprocessing(one.value));
  return models.length > 0 ? models : read;
}

function isPreprocessing(value: RValue): boolean {
  return classOf(value).some((name) => PREPROCESSING.includes(name));
}

/** What is said where nothing in a file is read. */
function noneAmong(held: Held[], families: string, before: Held | undefined): [found: string, expected: string] {
  const others = held.filter(({ value }) => isLikeModel(value));
  const [first] = others;
  if (first && others.length === 1) {
    const { found, help } = describeUnread(first.value);
    // The model in it would answer without what is done before it.
    const advice = before ? undefined : help;
    return [`no model that is read: ${first.path} is ${found}`, advice ?? families];
  }
  if (first) return [`no model that is read among ${listed(others)}`, families];
  return [`0 models among ${listed(held) || 'nothing'}`, 'one model in a file of save(), or one saved by saveRDS()'];
}

/** Whether a value only holds others: what save() wrote, a list without a class, a vetiver_model. */
function isContainer(value: RValue): boolean {
  if (value.type === 'pairlist') return true;
  return value.type === 'list' && (classOf(value).length === 0 || classOf(value)[0] === 'vetiver_model');
}

/** What a file's value holds, what stands in plain lists after all that holds them. */
function contentsOf(value: RValue): Held[] {
  const held: Held[] = [];
  let level: Held[] = [{ path: '', value }];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: Held[] = [];
    for (const { path, value: container } of level) {
      if (!isContainer(container) || (container.type !== 'list' && container.type !== 'pairlist')) continue;
      const names = container.type === 'pairlist' ? container.tags : namesOf(container);
      container.values.forEach((inner, at) => {
        if (held.length + next.length < MAX_ELEMENTS) next.push({ path: pathTo(path, names[at], at), value: inner });
      });
    }
    held.push(...next);
    level = next;
  }
  return held;
}

function namesOf(value: RValue): (string | null | undefined)[] {
  const names = attributesOf(value).get('names');
  return names?.type === 'character' ? names.values : [];
}

function pathTo(path: string, name: string | null | undefined, at: number): string {
  if (!name) return `${path}[[${at + 1}]]`;
  return path === '' ? name : `${path}$${name}`;
}

/** Whether a value is a fitted model of some package, as far as its members show. */
function isLikeModel(value: RValue): boolean {
  const classes = classOf(value);
  if (classes.length === 0 || classes.some((name) => DATA.includes(name))) return false;
  return value.type === 'opaque' ? /booster/i.test(classes.join()) : MEMBERS.some((name) => element(value, name) !== undefined);
}

function listed(held: Held[]): string {
  const shown = held.slice(0, SHOWN).map(({ path, value }) => `${path} (${classOf(value)[0] ?? typeOf(value)})`);
  return `${shown.join(', ')}${held.length > SHOWN ? ` and ${held.length - SHOWN} more` : ''}`;
}
