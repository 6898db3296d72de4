import { classOf, element, type RValue, typeOf } from '../rds/values.ts';

/** What is said of an object that no reader takes: what it is, and what would help where something does. */
export type Unread = { found: string; help: string | undefined };

/** Elements that hold what a wrapper's package fitted, by the wrapper's class. */
const INNER: Record<string, string[]> = {
  WrappedModel: ['learner.model'],
};
/** Whose class it is, where its name does not say it. */
const PACKAGES: Record<string, string> = {
  WrappedModel: 'mlr',
};

/** An object that no reader takes. */
export function describeUnread(value: RValue): Unread {
  const classes = classOf(value);
  if (classes.length === 0) return { found: `an object without a class (${typeOf(value)})`, help: undefined };
  const kind = classes.find((name) => Object.hasOwn(PACKAGES, name));
  const inner = kind === undefined ? undefined : innerOf(value, INNER[kind] ?? []);
  const [engine] = inner ? classOf(inner) : [];
  const from = kind === undefined ? '' : ` of ${PACKAGES[kind]}${engine === undefined ? '' : ` around one of class ${engine}`}`;
  const found = `an object of class ${classes.slice(0, 10).join(', ')}${from}`;
  return { found, help: kind === undefined ? undefined : 'a learner without anything around it but its tuning' };
}

function innerOf(value: RValue, way: string[]): RValue | undefined {
  let inner: RValue | undefined = value;
  for (const name of way) inner = inner && element(inner, name);
  return inner;
}
