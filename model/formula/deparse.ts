import { numberText } from '../../shared/math/significant.ts';
import { classOf, NA_INTEGER, type RValue, typeOf } from '../rds/values.ts';

/** Longest text of a call. */
export const MAX_CALL = 500;
/** Longest vector that is written out. A longer one is data, which a call made by do.call() can hold, and not for a card. */
const MAX_VECTOR = 10;

/** Infix operators as R's deparse writes them (deparse.c): most between spaces, those that bind tightly without. */
const SPACED = ['~', '+', '-', '*', '==', '!=', '<', '>', '<=', '>=', '&', '&&', '|', '||', '<-', '<<-', '=', '|>'];
const TIGHT = ['/', '^', ':', '$', '@', '::', ':::'];
const PREFIX = ['-', '+', '!', '~', '?'];
const RESERVED = ['if', 'else', 'repeat', 'while', 'function', 'for', 'next', 'break', 'TRUE', 'FALSE', 'NULL', 'Inf', 'NaN', 'NA', 'in'];

/**
 * A call as R would print it on one line, cut at MAX_CALL characters (with ... where it is). For people to read: data
 * within it is only named, so `ranger(formula = y ~ ., data = <data.frame>)`.
 */
export function deparse(value: RValue): string {
  const out = new Text();
  write(value, out);
  return out.text.length <= MAX_CALL ? out.text : `${out.text.slice(0, MAX_CALL - 3)}...`;
}

/** A text that takes no more once it is full, so that a huge call costs no more than a long one. */
class Text {
  text = '';

  get full(): boolean {
    return this.text.length > MAX_CALL;
  }

  add(piece: string): void {
    if (!this.full) this.text += piece;
  }
}

function write(value: RValue, out: Text): void {
  if (out.full) return;
  switch (value.type) {
    case 'null':
      out.add('NULL');
      break;
    case 'symbol':
      out.add(name(value.name));
      break;
    case 'language':
      writeCall(value.values, value.tags, out);
      break;
    case 'logical':
    case 'integer':
    case 'double':
    case 'character':
      writeVector(value, out);
      break;
    default:
      out.add(`<${classOf(value)[0] ?? typeOf(value)}>`);
  }
}

function writeCall(values: RValue[], tags: (string | undefined)[], out: Text): void {
  const [head, ...args] = values;
  if (!head) return;
  const operator = head.type === 'symbol' ? head.name : '';
  const [first, second] = args;
  if (args.length === 2 && first && second && (SPACED.includes(operator) || TIGHT.includes(operator) || /^%.*%$/s.test(operator))) {
    write(first, out);
    out.add(TIGHT.includes(operator) ? operator : ` ${operator} `);
    write(second, out);
  } else if (args.length === 1 && first && PREFIX.includes(operator)) {
    out.add(operator);
    write(first, out);
  } else if (args.length === 1 && first && operator === '(') {
    out.add('(');
    write(first, out);
    out.add(')');
  } else if (first && (operator === '[' || operator === '[[')) {
    write(first, out);
    out.add(operator);
    writeArguments(args.slice(1), tags.slice(2), out);
    out.add(operator === '[' ? ']' : ']]');
  } else if (operator === '{' || operator === 'function') {
    out.add(operator === '{' ? '{...}' : 'function(...) ...');
  } else {
    write(head, out);
    out.add('(');
    writeArguments(args, tags.slice(1), out);
    out.add(')');
  }
}

function writeArguments(args: RValue[], tags: (string | undefined)[], out: Text): void {
  for (const [at, value] of args.entries()) {
    if (out.full) return;
    if (at > 0) out.add(', ');
    const tag = tags[at];
    const isLeftOut = value.type === 'opaque' && value.what === 'a missing argument';
    if (tag !== undefined) out.add(`${name(tag)} = `);
    if (!isLeftOut) write(value, out);
  }
}

function writeVector(value: Extract<RValue, { type: 'logical' | 'integer' | 'double' | 'character' }>, out: Text): void {
  const { length } = value.values;
  const [kind] = classOf(value);
  if (length > MAX_VECTOR || kind !== undefined) {
    out.add(`<${kind ?? typeOf(value)}>`);
    return;
  }
  const texts = Array.from<number | string | null, string>(value.values, (one) => constant(value.type, one));
  if (length === 1) out.add(texts[0] as string);
  else out.add(length === 0 ? `${value.type}(0)` : `c(${texts.join(', ')})`);
}

/** One element of a vector. A double that is NA (a NaN with the low word 1954) prints as NaN, which says as much here. */
function constant(type: 'logical' | 'integer' | 'double' | 'character', value: number | string | null): string {
  if (value === null || ((type === 'logical' || type === 'integer') && value === NA_INTEGER)) return 'NA';
  if (typeof value === 'string') return JSON.stringify(value.length > MAX_CALL ? value.slice(0, MAX_CALL) : value);
  if (type === 'logical') return value === 0 ? 'FALSE' : 'TRUE';
  if (type === 'integer') return `${value}L`;
  return numberText(value);
}

/** A name, in backticks where R's grammar asks for them. */
function name(text: string): string {
  const plain = /^(?:\p{L}|\.(?!\d))[\p{L}\p{N}._]*$/u.test(text) && !RESERVED.includes(text);
  return plain ? text : `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
