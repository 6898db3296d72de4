import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { importModel } from '../../model/artifact/import.ts';
import { openApi } from '../../shared/api/openapi/openapi.ts';
import { decodeArtifact, failedCheck, type Model } from '../../shared/artifact.ts';
import { ModelError, RequestError } from '../../shared/errors.ts';
import { generator } from '../../shared/math/generator.ts';
import { pageHtml } from '../../shared/page/html/page.ts';
import { answerQuery, computeQuery, prepareKernel } from '../../shared/predict.ts';
import { checkAnswerSize, writeAnswer } from '../../shared/wire/answers.ts';
import { exampleRecord } from '../../shared/wire/cells.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from './golden.ts';

/*
 * Artifacts that somebody changed and gave a new sha256: each must be refused by a ModelError, or be a model that answers every
 * request with finite numbers or a RequestError, and has a page and a description.
 */

const NAMES = [
  'iris',
  'iris-randomForest',
  'iris-lm',
  'heart-glm',
  'car-rpart',
  'veteran-survival',
  'quantreg',
  'se-probability',
  'na-extras',
  'splines-lm',
  'nnet-classes',
  'multinom-two',
  'knn3',
  'lda',
  'qda-matrix',
  'polr-probit',
  'naiveBayes',
  'svm',
  'svm-eps',
  'svm-one-class',
  'ksvm',
  'ksvm-eps',
  'ksvm-nu-regression',
  'knnreg-all',
  'interaction-lm',
  'rlm',
  'rq-taus',
  'prcomp',
  'kmeans',
  'nls-groups',
  'survreg-weibull',
  'coxph-strata',
  'earth-several',
  'lmer-nested',
  'ctree-ordered',
  'bagging',
  'bagging-classes',
  'ctree-surrogates',
  'glmer-groups',
  'earth-classes',
];
/** Model files beside those goldens, for kinds of bodies and steps that no golden of the list above has. */
const FILES = [
  'boosting/xgboost-3.2-softprob-json/model.model',
  'boosting/lightgbm-0003/model.txt',
  'boosting/gbm-0001/model.RDS',
  'boosting/xgboost-3.2-softmax-linear-ubj/model.model',
  'pipelines/step-novel-unknown-other.RDS',
  'pipelines/step-impute-knn.RDS',
  'glmnet-multinomial-grouped.RDS',
  'glmnet-cv-relaxed.RDS',
  'pipelines/caret-knnImpute.RDS',
  'pipelines/caret-spatialSign-expoTrans.RDS',
  'gam-by-factor.RDS',
  'gam-interaction.RDS',
  'gam-products.RDS',
  'gam-ocat.RDS',
  'gam-multinom-3.RDS',
  'gam-gaulss.RDS',
];
const KINDS = { f64: Float64Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };
const HEADER = 64;
type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;
type Json = { [name: string]: unknown } | unknown[];
/** An artifact taken apart. */
type Parts = {
  json: { body: { arrays: { type: keyof typeof KINDS; length: number }[] } };
  arrays: Numbers[];
  card: object;
  rest: Uint8Array;
};

/** What a run found: how many artifacts were refused or read, and each that did what none may do. */
export type ArtifactReport = { refused: number; models: number; answers: number; wrong: string[] };

const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

function takeApart(bytes: Uint8Array): Parts {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const cardAt = HEADER + view.getFloat64(24, true);
  const text = (at: number, length: number) => JSON.parse(Buffer.from(bytes.subarray(at, at + length)).toString());
  const json = text(HEADER, view.getUint32(12, true)) as Parts['json'];
  let at = HEADER + padded(view.getUint32(12, true));
  const arrays = json.body.arrays.map(({ type, length }) => {
    const size = length * KINDS[type].BYTES_PER_ELEMENT;
    const array = new KINDS[type](bytes.slice(at, at + size).buffer);
    at += padded(size);
    return array;
  });
  const cardBytes = view.getUint32(16, true);
  return { json, arrays, card: text(cardAt, cardBytes), rest: bytes.slice(cardAt + padded(cardBytes)) };
}

/** Puts it together, with the lengths and the sha256 that its bytes have now. */
function putTogether({ json, arrays, card, rest }: Parts, checkRows: number): Uint8Array {
  const plans: unknown = json.body?.arrays;
  for (const [place, { length }] of arrays.entries()) {
    const plan: unknown = Array.isArray(plans) ? plans[place] : undefined;
    if (typeof plan === 'object' && plan !== null) Object.assign(plan, { length });
  }
  const [first, second] = [json, card].map((value) => Buffer.from(JSON.stringify(value) ?? 'null')) as [Buffer, Buffer];
  const space = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length, ' ')]);
  const numbers = arrays.map((array) => {
    const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    return Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]);
  });
  const section = Buffer.concat([space(first), ...numbers]);
  const header = Buffer.alloc(HEADER);
  Buffer.from('CANOPY\r\n').copy(header);
  [3, first.length, second.length, checkRows].forEach((number, place) => void header.writeUInt32LE(number, 8 + 4 * place));
  header.writeDoubleLE(section.length, 24);
  createHash('sha256').update(section).digest().copy(header, 32);
  return new Uint8Array(Buffer.concat([header, section, space(second), rest]));
}

const ODD: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  'x',
  '__proto__',
  'constructor',
  [],
  {},
  [0],
  [null],
  ['a', 'a'],
];
const WORDS: unknown[] = ['response', 'link', 'vector', 'class', 'prob', 'vote', 'chf', 'se', 'quantiles', 'terminalNodes', 'predictAll'];
const MORE: unknown[] = ['numTrees', 'seed', 'seMethod', 'regression', 'classification', 'probability', 'survival', { feature: 99 }];
const CALLS: unknown[] = [
  { call: '+', of: [1, 2] },
  { call: 'constructor', of: [1] },
  { table: { feature: 0 }, values: [1] },
  { en: 'a', pt: 'b' },
];
const VALUES = [...ODD, ...WORDS, ...MORE, ...CALLS];
const DOUBLES = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308, -1e308, 5e-324, 2 ** 53, -1, 0.5];
const FOUND = ['explain', 'inputs', 'beginTexts', 'placeOfNew'];
const MEMBERS = [
  ...['types', 'takes', 'trees', 'classes', 'times', 'columns', 'others', 'lambda', 'range', 'label', 'unit', 'default', 'min', 'levels'],
  ...FOUND,
];

type Draw = { below(most: number): number; pick<T>(values: readonly T[]): T };

/** Every place in a JSON value: the object or list, and the key. */
function placesIn(value: unknown, found: [Json, string][] = []): [Json, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value).slice(0, 40)) {
    found.push([value as Json, key]);
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

function changeJson(root: object, { below, pick }: Draw): string {
  const places = placesIn(root);
  // A card may have lost all its members by the changes before.
  if (places.length === 0) return 'nothing';
  const [owner, key] = pick(places);
  const record = owner as Record<string, unknown>;
  const kind = below(5);
  if (kind === 0 && Array.isArray(owner)) owner.splice(Number(key), 1);
  else if (kind === 0) delete record[key];
  else if (kind === 1 && Array.isArray(owner)) owner.splice(Number(key), 0, structuredClone(owner[Number(key)]));
  else if (kind === 1) record[pick(MEMBERS)] = structuredClone(pick(VALUES));
  else if (kind === 2) {
    const [from, name] = pick(places);
    record[key] = structuredClone((from as Record<string, unknown>)[name]);
  } else record[key] = structuredClone(pick(VALUES));
  return key;
}

function changeArray(array: Numbers, { below, pick }: Draw): Numbers {
  if (array.length === 0) return array;
  const kind = below(5);
  const place = below(array.length);
  if (kind === 0) return array.slice(0, place);
  if (kind === 1) {
    const longer = new (array.constructor as typeof Float64Array)(array.length + 1 + below(8));
    longer.set(array);
    return longer;
  }
  if (kind === 2) array[place] = array instanceof Float64Array ? pick(DOUBLES) : pick([0, 1, 2, 255, 65_535, 2 ** 32 - 1, array.length]);
  else if (kind === 3) [array[place], array[0]] = [array[0]!, array[place]!];
  else for (let at = 0; at < array.length; at += 1 + below(8)) array[at] = below(300);
  return array;
}

/** Everything that is done with a model: what it answers to each of its parameters, its page and its description. */
function useModel(model: Model): number {
  const { schema, card, sha256 } = model;
  failedCheck(model);
  prepareKernel(model);
  const types = (schema.types ?? []).map((type) => ({ type }));
  const asked = [
    {},
    ...types,
    { predictAll: true },
    { numTrees: 1 },
    { seed: 7 },
    { s: 0.1, gamma: 0.5 },
    { s: 'lambda.min' },
    { type: 'quantiles', quantiles: [0, 1] },
  ];
  let answers = 0;
  for (const parameters of [...asked, { type: 'se', seMethod: 'jack' }]) {
    try {
      const record = exampleRecord(schema);
      const query = readValue(schema, { instances: [record, record], parameters });
      checkAnswerSize(schema, 2, query.parameters);
      const text = writeAnswer(schema, { ...answerQuery(model, query), model: { name: card.name, sha256 } }, 'json');
      if (/null|NaN|undefined/.test(JSON.stringify(JSON.parse(text).predictions))) throw new Error(`an answer without a number: ${text}`);
      answers += 1;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
    }
  }
  try {
    computeQuery(model, readValue(schema, { instances: [exampleRecord(schema)] }));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  pageHtml(model);
  JSON.stringify(openApi(model));
  return answers;
}

/** Opens `count` changed artifacts, the same for the same seed. */
export function fuzzArtifacts(count: number, seed: number): ArtifactReport {
  const random = generator(seed);
  const below = (most: number) => Math.floor(random() * most);
  const draw: Draw = { below, pick: (values) => values[below(values.length)]! };
  const files = FILES.map((name): [string, string] => [name, fileURLToPath(new URL(`../golden/${name}`, import.meta.url))]);
  const named = NAMES.map((name): [string, string] => [name, golden(name).file]);
  const seeds = [...named, ...files].map(([name, file]): [string, Uint8Array] => [name, importModel(file)]);
  const report: ArtifactReport = { refused: 0, models: 0, answers: 0, wrong: [] };
  for (let run = 0; run < count; run += 1) {
    const [name, bytes] = draw.pick(seeds);
    const parts = takeApart(bytes);
    const what: string[] = [];
    for (let changes = 1 + below(3); changes > 0; changes -= 1) {
      if (parts.arrays.length === 0) break;
      const place = below(parts.arrays.length);
      const kind = below(10);
      if (kind < 5) what.push(changeJson(parts.json, draw));
      else if (kind < 8) parts.arrays[place] = changeArray(parts.arrays[place]!, draw);
      else if (kind < 9) what.push(`card ${changeJson(parts.card, draw)}`);
      else parts.arrays.splice(place, 1);
    }
    try {
      report.answers += useModel(
        decodeArtifact(putTogether(parts, new DataView(bytes.buffer, bytes.byteOffset).getUint32(20, true)), 'artifact'),
      );
      report.models += 1;
    } catch (error) {
      if (error instanceof ModelError) report.refused += 1;
      else report.wrong.push(`seed ${seed}, artifact ${run} (${name}: ${what.join(', ')}): ${(error as Error).stack?.slice(0, 300)}`);
    }
  }
  return report;
}
