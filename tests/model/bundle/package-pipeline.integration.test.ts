import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Environment, openEnvironment, packageFunction } from '../../support/lambda.ts';
import { pipelineFile } from '../../support/pipelines/files.ts';
import { expectedOf } from '../../support/pipelines/golden.ts';
import { recordedEvent } from '../../support/project.ts';

const NAME = 'step-date';
let packaged: Awaited<ReturnType<typeof packageFunction>>;
let environment: Environment;

beforeAll(async () => {
  packaged = await packageFunction('predict', [`model=${pipelineFile(NAME)}`]);
  environment = await openEnvironment(packaged);
}, 90_000);
afterAll(() => {
  environment?.close();
  packaged?.remove();
});

test('a function that is packaged with a workflow answers with R’s numbers', async () => {
  const { rows, predictions } = expectedOf(NAME);
  const event = recordedEvent('predict-json') as { body: string; isBase64Encoded?: boolean };
  const answer = (await environment.invoke({ ...event, body: JSON.stringify({ instances: rows }), isBase64Encoded: false })) as {
    statusCode: number;
    body: string;
  };
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(answer.body).predictions).toEqual(predictions);
});

test('the columns that its steps make are answered too', async () => {
  const { rows } = expectedOf(NAME);
  const body = JSON.stringify({ instances: rows.slice(0, 1), parameters: { steps: true } });
  const event = recordedEvent('predict-json') as object;
  const answer = (await environment.invoke({ ...event, body, isBase64Encoded: false })) as { statusCode: number; body: string };
  expect(answer.statusCode).toBe(200);
  const [steps] = JSON.parse(answer.body).steps as Record<string, unknown>[];
  expect(Object.keys(steps ?? {}).length).toBeGreaterThan(1);
});

test('of what the SDK imports for its versions it has these alone', () => {
  const parts = path.join(packaged.folder, 'functions');
  const texts = readdirSync(parts).map((name) => readFileSync(path.join(parts, name), 'utf8'));
  expect(texts.filter((text) => text.includes('clientVersion'))).not.toEqual([]);
  expect(texts.filter((text) => text.includes('dist-types'))).toEqual([]);
});

test('its zip is under 350 KB without the artifact and the page: only its own steps are in it', () => {
  const bytes = packaged.zipBytes - packaged.artifactBytes - packaged.pageBytes;
  expect(bytes).toBeLessThan(350_000);
});
