import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../../shared/artifact.ts';
import { numberOf } from '../../../shared/bodies/explained-number.ts';
import { treesOf } from '../../../shared/bodies/trees-of.ts';
import { answerQuery, bodySchema, predictRows } from '../../../shared/predict.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import { computeInputs } from '../../../shared/steps/pipeline.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden/pipelines');

/** A pipeline of the goldens whose body is trees, with rows that it answers, and the counts of these rows where its file has none. */
function pipelineOf(file: string): { name: string; model: Model; rows: Float64Array } | undefined {
  const given = loadModel(path.join(FOLDER, file));
  const { schema, steps, body } = given;
  const kind = treesOf(body);
  if (!kind || !steps) return undefined;
  const { rows: instances } = JSON.parse(readFileSync(path.join(FOLDER, file.replace(/RDS$/, 'json')), 'utf8')) as { rows: object[] };
  const answered = instances.slice(0, 30).flatMap((instance) => {
    try {
      const { rows } = readValue(schema, { instances: [instance] });
      return predictRows(given, rows).every(Number.isFinite) ? [[...rows]] : [];
    } catch {
      return [];
    }
  });
  const rows = Float64Array.from(answered.slice(0, 12).flat());
  if (given.explainer) return { name: file, model: given, rows };
  const cover = kind.count?.(bodySchema(given), body.data, computeInputs(schema, steps, rows).inputs);
  if (!cover) return undefined;
  try {
    return { name: file, model: decodeArtifact(encodeArtifact({ ...given, basis: { cover } }), file), rows };
  } catch {
    return undefined;
  }
}

const cases = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.RDS'))
  .flatMap((file) => {
    const found = pipelineOf(file);
    return found ? [[found.name, found] as const] : [];
  });

test('pipelines of forests, of one tree and of boosted trees are explained by the weights of their leaves', () => {
  const types = new Set(cases.map(([, { model }]) => model.body.kind.types[0]));
  expect([...types].sort()).toEqual(['boosting', 'forest', 'rpart']);
  expect(cases.length).toBeGreaterThan(10);
});

describe.each(cases)('%s', (_, { model, rows }) => {
  const { schema } = model;
  const width = schema.features.length;
  const way = schema.explain!.ways.find(({ background }) => background === 'path')!;

  test.each(way.outputs)('baseline and contributions of the features that a caller sends add up to the %s', (output) => {
    const { parameters, problems } = readParameters(schema, { explain: { output, background: 'path' } }, '/parameters');
    expect(problems).toEqual([]);
    const count = rows.length / width;
    const { explanations } = answerQuery(model, { rows, count, parameters });
    explanations!.forEach(({ class: label, baseline, contributions, rounding = 0 }, row) => {
      expect(Object.keys(contributions)).toEqual(schema.features.map(({ name }) => name));
      const sum = Object.values(contributions).reduce((all, one) => all + one, baseline) + rounding;
      const place = label === undefined ? 0 : schema.classes!.indexOf(label);
      const own = rows.subarray(row * width, (row + 1) * width);
      const number = numberOf(schema, output);
      if (number) {
        const value = predictRows(model, own, { type: number.type })[number.by === 'place' ? place : 0]!;
        expect(Math.abs(sum - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
        return;
      }
      // The sum of trees is no answer of the pipeline itself: of two classes it is the logit of the chance, to the chance's own bits.
      if (schema.classes?.length !== 2) return;
      const share = predictRows(model, own, { type: 'prob' })[place]!;
      expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(share, 6);
    });
  });
});

test('a feature that is not sent to the trees adds nothing, and one behind several inputs adds what all of them do', () => {
  const [, { model, rows }] = cases.find(([name]) => name === 'caret-rpart.RDS') ?? cases[0]!;
  const { parameters } = readParameters(model.schema, { explain: true }, '/parameters');
  const { explanations } = answerQuery(model, { rows, count: rows.length / model.schema.features.length, parameters });
  expect(explanations!.some(({ contributions }) => Object.values(contributions).some((value) => value !== 0))).toBe(true);
});
