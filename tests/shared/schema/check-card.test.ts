import { describe, expect, test } from '@jest/globals';
import { ModelError } from '../../../shared/errors.ts';
import { type Card, MAX_DEPTH } from '../../../shared/schema/card.ts';
import { checkCard } from '../../../shared/schema/check-card.ts';
import { checkSchema, isShallow } from '../../../shared/schema/check-schema.ts';
import { errorOf } from '../../support/error-of.ts';
import { AGE } from '../../support/requests.ts';

const TRAINING = {
  rows: 303,
  columns: 14,
  formula: 'target ~ age',
  arguments: { 'num.trees': 500, replace: true, splitrule: 'gini', 'class.weights': [1, 2] },
  seed: 42,
  rangerSeed: 1964531018,
  versions: { ranger: '0.14.1', node: 'v24.21.0' },
  metrics: { auc: 0.9 },
  importance: { age: 0.5 },
};
const CARD = {
  name: 'heart',
  title: { en: 'Heart', pt: 'Coração' },
  answer: { label: 'Risk', unit: '%', percent: true, classes: { yes: 'Ill' }, meaning: { en: 'Ill: in bed.', pt: 'Doente: de cama.' } },
  madeBy: 'ranger(target ~ age)',
  versions: 'R 4.2.2',
  source: { file: 'heart.csv', sha256: 'a'.repeat(64) },
  mathLibrary: 'glibc 2.36',
  pipeline: [{ step: 'normalize', gives: ['age'], drops: [], skipped: true }],
  date: '2026-11-29',
  training: TRAINING,
};

const check = (card: object) => checkCard(card as Card, 'the card');

/** An array in an array, and so on. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

test('a card with all its members is taken, and one with those alone that it must have', () => {
  check(CARD);
  const { name, madeBy, source } = CARD;
  check({ name, madeBy, source });
  const { seed, importance, ...rest } = TRAINING;
  check({ name, madeBy, source, training: rest });
});

describe('a card whose member has another form is refused, by the name of that member', () => {
  const training = (change: object) => ({ training: { ...TRAINING, ...change } });
  const source = (change: object) => ({ source: { ...CARD.source, ...change } });
  const answer = (change: object) => ({ answer: { ...CARD.answer, ...change } });
  test.each<[object, string]>([
    [{ madeBy: undefined }, "the card's madeBy"],
    [{ madeBy: { toString: 1 } }, "the card's madeBy"],
    [{ madeBy: 'x'.repeat(2 ** 20 + 1) }, "the card's madeBy"],
    [{ versions: 5 }, "the card's versions"],
    [{ mathLibrary: [] }, "the card's mathLibrary"],
    [{ date: 2026 }, "the card's date"],
    [{ limits: { en: 'x' } }, "the card's limits"],
    [{ source: 'heart.csv' }, "the card's source"],
    [source({ file: ['x'] }), "the card's source: its file"],
    [source({ file: 'x'.repeat(1_001) }), "the card's source: its file"],
    [source({ sha256: '' }), "the card's source: its sha256"],
    [source({ sha256: 'A'.repeat(64) }), "the card's source: its sha256"],
    [source({ sha256: undefined }), "the card's source: its sha256"],
    [{ answer: 'risk' }, "the card's answer"],
    [{ answer: null }, "the card's answer"],
    [answer({ label: 5 }), "the card's answer: its label"],
    [answer({ unit: [] }), "the card's answer: its unit"],
    [answer({ percent: 'yes' }), "the card's answer: its percent"],
    [answer({ classes: { yes: 1 } }), "the card's answer: its classes"],
    [answer({ meaning: { en: 'Ill.' } }), "the card's answer: its meaning"],
    [{ pipeline: [{ step: 'x', skipped: 1 }] }, "the card's pipeline"],
    [{ pipeline: [{ gives: ['x'] }] }, "the card's pipeline"],
    [{ training: [] }, "the card's training"],
    [training({ rows: '303' }), "the card's training: its rows"],
    [training({ columns: -1 }), "the card's training: its columns"],
    [training({ formula: undefined }), "the card's training: its formula"],
    [training({ arguments: null }), "the card's training: its arguments"],
    [training({ arguments: { mtry: { a: 1 } } }), "the card's training: its arguments"],
    [training({ arguments: { mtry: [[1]] } }), "the card's training: its arguments"],
    [training({ seed: 'x' }), "the card's training: its seed"],
    [training({ rangerSeed: undefined }), "the card's training: its rangerSeed"],
    [training({ versions: undefined }), "the card's training: its versions"],
    [training({ versions: { ranger: '0.14.1' } }), "the card's training: its version of node"],
    [training({ metrics: { auc: null } }), "the card's training: its metrics"],
    [training({ importance: { age: '1' } }), "the card's training: its importance"],
    [training({ importance: [0.5] }), "the card's training: its importance"],
    [training({ validation: 1 }), "the card's training: its validation"],
    [training({ validation: { rows: 1.5, metrics: {} } }), "the card's training: the rows of its validation"],
    [training({ validation: { rows: 1, metrics: { rmse: '1' } } }), "the card's training: the metrics of its validation"],
  ])('%j: %s', (change, label) => {
    const error = errorOf(() => check({ ...CARD, ...change }));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(/^.*: found .*, expected .*$/);
    expect(error.message).toContain(`${label}: found`);
  });
});

describe('what is nested too deep is refused, known or not', () => {
  test('eight levels are read, nine are not, and a million need no stack', () => {
    expect([isShallow(5), isShallow(nested(MAX_DEPTH)), isShallow(nested(MAX_DEPTH + 1))]).toEqual([true, true, false]);
    expect(isShallow(nested(1_000_000))).toBe(false);
  });

  test('in a card and in a schema', () => {
    expect(() => check({ ...CARD, more: nested(1_000_000) })).toThrow(
      'the card: found another form, expected values nested at most 8 deep',
    );
    const schema = { ...AGE, more: nested(1_000_000) };
    expect(() => checkSchema(schema, 'the schema')).toThrow('the schema: found another form, expected values nested at most 8 deep');
  });
});
