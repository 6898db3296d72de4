import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { SPLINES, type SplineBasis } from '../../shared/steps/splines.ts';
import { splineBasis } from '../formula/spline-basis.ts';
import { attributesOf, element, numbersOf, type RValue, textOf } from '../rds/values.ts';
import type { FrameColumn, NewColumn } from './frame.ts';
import { numberedNames } from './r-names.ts';
import { namesOf, type StepContext, type StepReader } from './step-values.ts';

/** Most columns of one basis. */
const MAX_DEGREE = 100;

/** step_poly(), step_ns() and step_bs(): a column becomes a basis, behind the columns that stay. */
export const BASIS_STEPS: StepReader = {
  steps: ['step_poly', 'step_ns', 'step_bs'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const found = element(step, 'objects');
    const names = namesOf(found, `${label}'s objects`);
    const object = (name: string) => {
      const one = found && element(found, name);
      if (!one) throw new ModelError(`${label}, column ${name}`, 'nothing', `what ${of}() kept of it`);
      return one;
    };
    if (of === 'step_poly') {
      frame.change(of, { add: names.flatMap((name) => polynomials(name, object(name), context)), drop: names });
      return;
    }
    if (names.length === 0) return;
    const gone = new Set(names);
    const kept = frame.columns.flatMap(({ name }, place) => (gone.has(name) ? [] : [place]));
    const bases = names.map((name) => splines(name, object(name), context));
    const made = bases.flatMap((basis) => basis.names.map((name): FrameColumn => ({ name, kind: 'number' })));
    const columns = [...kept.map((place) => frame.columns[place] as FrameColumn), ...made];
    frame.push(SPLINES, { step: 'splines', of, keep: kept, bases }, columns);
  },
};

function polynomials(name: string, object: RValue, { frame, label }: StepContext): NewColumn[] {
  const at = `${label}, column ${name}`;
  const attributes = attributesOf(object);
  const degree = numbersOf(attributes.get('degree'), `${at}'s degree`).length;
  const coefs = attributes.get('coefs');
  if (degree < 1 || degree > MAX_DEGREE) throw new ModelError(at, `the degree ${degree}`, `1 to ${MAX_DEGREE}`);
  const x = frame.number(name, at);
  const [alpha, norm2] = ['alpha', 'norm2'].map((part) => {
    const coefficients = coefs && element(coefs, part);
    return coefficients ? Array.from(numbersOf(coefficients, `${at}'s ${part}`)) : [];
  }) as [number[], number[]];
  const isRaw = !coefs;
  if (!isRaw && (alpha.length < degree || norm2.length < degree + 2)) throw new ModelError(at, 'a polynomial without its norms', 'poly()');
  const prefix = textOf(attributes.get('var'), `${at}'s var`);
  return Array.from({ length: degree }, (_, index): NewColumn => {
    const power = index + 1;
    const orthogonal: Expression = { poly: x, alpha: alpha.slice(0, power), norm2: norm2.slice(0, power + 2) };
    return { name: `${prefix}_poly_${power}`, kind: 'number', value: isRaw ? { call: '^', of: [x, power] } : orthogonal };
  });
}

function splines(name: string, object: RValue, { frame, of, label }: StepContext): SplineBasis {
  const at = `${label}, column ${name}`;
  frame.number(name, at);
  const attributes = attributesOf(object);
  const numbers = (part: string) => (attributes.has(part) ? Array.from(numbersOf(attributes.get(part), `${at}'s ${part}`)) : []);
  const parts = {
    ...{ isNatural: of === 'step_ns', knots: numbers('knots'), boundary: numbers('Boundary.knots') },
    ...{ degree: numbers('degree')[0], hasIntercept: numbers('intercept')[0] === 1 },
  };
  const { width, ...basis } = splineBasis(parts, (found, expected) => new ModelError(at, found, expected));
  const prefix = `${textOf(attributes.get('var'), `${at}'s var`)}_${of.replace('step_', '')}_`;
  return { from: frame.place(name, at), names: numberedNames(width, prefix), ...basis };
}
