import { describe, expect, test } from '@jest/globals';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { DIALECTS } from '../../../shared/wire/dialects/dialects.ts';
import { QUICK_WRAPPERS, quickWrappers } from '../../../shared/wire/dialects/wrappers.ts';
import { quickJson } from '../../../shared/wire/quick/json.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { PATIENTS } from '../../support/toy/dialect.ts';

/** What somebody adds who brings a dialect: a file, and one line of the list. */
const dialects = [PATIENTS, ...DIALECTS];
const MOST = 100;

function schemaOf(...names: string[]): Schema {
  return { kind: 'regression', features: names.map((name) => ({ name, type: 'number' })), takesMissing: false, takes: ['predictAll'] };
}

const schema = schemaOf('age', 'dose');
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const BODY = {
  patients: [
    { age: 54, dose: 1 },
    { age: 61, dose: 2 },
  ],
};

describe('a dialect that the project does not have, as one more line of the list', () => {
  test('is read, from bytes and from a value', () => {
    expect([...readBody(schema, bytes(BODY), 'json', MOST, dialects).rows]).toEqual([54, 1, 61, 2]);
    expect([...readValue(schema, BODY, MOST, dialects).rows]).toEqual([54, 1, 61, 2]);
  });

  test('is read by the quick reader, since it says that it may', () => {
    expect(quickJson(schema, bytes(BODY), quickWrappers(dialects))).toEqual({ rows: Float64Array.of(54, 1, 61, 2), count: 2 });
    expect(quickJson(schema, bytes(BODY), quickWrappers([{ ...PATIENTS, quick: false }, ...DIALECTS]))).toBeUndefined();
    expect(quickJson(schema, bytes(BODY))).toBeUndefined();
  });

  test('the wrappers of the quick reader are those of the dialects that say quick', () => {
    expect([...QUICK_WRAPPERS]).toEqual(quickWrappers(DIALECTS));
  });

  test('takes parameters, and names the path of what is wrong', () => {
    expect(readValue(schema, { ...BODY, parameters: { predictAll: true } }, MOST, dialects).parameters).toMatchObject({ predictAll: true });
    expect(() => readValue(schema, { patients: [{ age: 'old', dose: 1 }] }, MOST, dialects)).toThrow(
      expect.objectContaining({ status: 422, problems: [expect.objectContaining({ path: '/patients/0/age' })] }),
    );
  });

  test('gives way to a feature of that name, unless the value can be no value of a feature', () => {
    const counted = schemaOf('patients', 'dose');
    expect([...readValue(counted, { patients: 12, dose: 1 }, MOST, dialects).rows]).toEqual([12, 1]);
    expect([...readValue(counted, { patients: [{ patients: 12, dose: 1 }] }, MOST, dialects).rows]).toEqual([12, 1]);
  });

  test('is not mixed with another one', () => {
    expect(() => readValue(schema, { ...BODY, instances: [] }, MOST, dialects)).toThrow(
      'no dialect fits: found patients and instances together, expected one of them',
    );
  });

  test("is in the API's description, with its example and its shape", () => {
    const card = { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: '0'.repeat(64) } };
    const text = JSON.stringify(openApi({ schema, card, sha256: '0'.repeat(64) }, dialects));
    expect(text).toContain('"patients":{"summary":"Records of patients","value":{"patients":[{"age":0,"dose":0}]}}');
    expect(text).toContain('{"$ref":"#/components/schemas/Patients"}');
  });

  test('is unknown without its line', () => {
    expect(() => readValue(schema, BODY)).toThrow(expect.objectContaining({ status: 422 }));
  });
});
