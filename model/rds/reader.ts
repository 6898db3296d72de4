import { altrep } from './altrep.ts';
import { Budget, type Progress } from './budget.ts';
import { builtinOf } from './builtin.ts';
import { BYTES, HAS_ATTRIBUTES, HAS_TAG, LATIN1_MARK, T, UTF8 } from './codes.ts';
import { costOf, trimmed } from './costs.ts';
import { frameOf } from './environment.ts';
import { COST, type RdsLimits } from './limits.ts';
import type { RStream } from './stream.ts';
import { type Encoding, LATIN1 } from './texts.ts';
import { type Attributes, BASE, closureOf, promiseOf, type RValue, typeOf, withAttributes } from './values.ts';

/** Least elements of a list that is read into one array where all are plain doubles. */
const PACKED = 256;
const NULL: RValue = { type: 'null' };

/** Reads the values of a stream behind its header (serialize.c), and evaluates nothing. */
export class Reader {
  readonly #stream: RStream;
  readonly #budget: Budget;
  readonly #mostReferences: number;
  readonly #native: Encoding;
  readonly #references: RValue[] = [];
  /** R's global environment. */
  readonly global: Extract<RValue, { type: 'opaque' }> = { type: 'opaque', what: 'an environment' };
  readonly #fail = (found: string, expected: string) => this.#stream.error(found, expected);

  /** `native` is the encoding of texts without a mark; `limits.memory` the most bytes that the values may take. */
  constructor(stream: RStream, limits: RdsLimits & { memory: number }, native: Encoding, progress: Progress) {
    this.#stream = stream;
    this.#mostReferences = limits.references;
    this.#native = native;
    this.#budget = new Budget(limits, this.#fail, () => progress(stream.at, stream.at + stream.left));
  }

  /** The next value, whatever it is (serialize.c, ReadItem). */
  item(): RValue {
    return this.#value(this.#stream.integer("a value's type"));
  }

  /** The value whose flags were read. A level of nesting takes few frames of the stack, which is why enter() takes no function. */
  #value(flags: number): RValue {
    this.#budget.enter();
    const value = this.#ofType(flags & 0xff, flags);
    this.#budget.leave();
    return value;
  }

  #ofType(type: number, flags: number): RValue {
    this.#budget.take(costOf(type));
    const stream = this.#stream;
    switch (type) {
      case T.null:
      case T.nullValue:
        return NULL;
      case T.symbol:
        return this.#refer({ type: 'symbol', name: this.#char(stream.integer('a symbol')) ?? 'NA' });
      case T.reference: {
        const index = flags >>> 8 || stream.integer('a reference');
        const value = this.#references[index - 1];
        if (!value) throw stream.error(`reference ${index}`, `one of the ${this.#references.length} so far`);
        return value;
      }
      case T.pairlist:
      case T.language:
      case T.closure:
      case T.promise:
      case T.dots:
        return this.#cells(flags);
      case T.environment:
        return this.#environment();
      case T.special:
      case T.builtin:
        return builtinOf(stream);
      case T.bytecode:
        return this.#bytecode(flags);
      case T.pointer:
        this.#refer({ type: 'opaque', what: 'an external pointer' });
        this.item();
        this.item();
        return this.#withAttributes(flags, { type: 'opaque', what: 'an external pointer' });
      case T.weakref:
        return this.#withAttributes(flags, this.#refer({ type: 'opaque', what: 'a weak reference' }));
      case T.namespace:
      case T.package:
      case T.persistent:
        return this.#names();
      case T.altrep:
        return this.#altrep();
      case T.globalEnv:
        return this.global;
      case T.baseEnv:
      case T.emptyEnv:
        return { type: 'opaque', what: 'an environment' };
      case T.baseNamespace:
        return BASE;
      case T.missingArg:
      case T.unbound:
        return { type: 'opaque', what: 'a missing argument' };
      default:
        return this.#withAttributes(flags, this.#vector(type, flags));
    }
  }

  #vector(type: number, flags: number): RValue {
    const stream = this.#stream;
    switch (type) {
      case T.logical:
        return { type: 'logical', values: stream.integers(this.#length(4, 4, 'a logical vector'), 'a logical vector') };
      case T.integer:
        return { type: 'integer', values: stream.integers(this.#length(4, 4, 'an integer vector'), 'an integer vector') };
      case T.double:
        return { type: 'double', values: stream.doubles(this.#length(8, 8, 'a double vector'), 'a double vector') };
      case T.character: {
        const values: (string | null)[] = [];
        for (let left = this.#length(8, COST.place, 'a character vector'); left > 0; left -= 1) {
          values.push(this.#char(stream.integer('a text')));
        }
        return { type: 'character', values: trimmed(values) };
      }
      case T.list:
      case T.expression: {
        const values: RValue[] = [];
        const length = this.#length(4, COST.place, 'a list');
        // What a forest's leaves hold comes as millions of small vectors: a value for each would take many times their bytes. With
        // attributes it is another list: a data frame of many columns, say, which its readers know by its type.
        const isPlain = type === T.list && length >= PACKED && !(flags & HAS_ATTRIBUTES);
        const packed = isPlain ? stream.packed(length) : undefined;
        if (packed) {
          this.#budget.take(packed.values.byteLength);
          return { type: 'packed', ...packed };
        }
        for (let left = length; left > 0; left -= 1) values.push(this.item());
        return type === T.list ? { type: 'list', values: trimmed(values) } : { type: 'opaque', what: 'an expression' };
      }
      case T.complex:
        stream.skip('doubles', stream.length(16, 'a complex vector') * 2, 'a complex vector');
        return { type: 'opaque', what: 'a complex vector' };
      case T.raw:
        return { type: 'raw', values: stream.raw(this.#length(1, 1, 'a raw vector'), 'a raw vector') };
      case T.s4:
        return { type: 'opaque', what: 'an S4 object' };
      default:
        throw stream.error(`a value of the unknown type ${type}`, "one of R's types");
    }
  }

  /** A text (CHARSXP) whose flags were read; null for NA. */
  #char(flags: number): string | null {
    const stream = this.#stream;
    if ((flags & 0xff) !== T.char) throw stream.error(`a value of type ${flags & 0xff}`, 'a text');
    const length = stream.integer("a text's length");
    if (length === -1) return null;
    if (length < 0) throw stream.error(`a text of length ${length}`, 'zero or more');
    const marks = flags >> 12;
    const marked = marks & BYTES ? 'bytes' : marks & LATIN1_MARK ? LATIN1 : undefined;
    const text = stream.text(length, marked ?? (marks & UTF8 ? 'utf-8' : this.#native), 'a text');
    this.#budget.take(COST.text + length);
    return text;
  }

  /** Cells linked by their tails: pairlists and language are kept, closures and promises are walked over. */
  #cells(first: number): RValue {
    const type = first & 0xff;
    const values: RValue[] = [];
    const tags: (string | undefined)[] = [];
    let [attributes, environment, flags]: [Attributes | undefined, RValue | undefined, number] = [undefined, undefined, first];
    for (;;) {
      const found = flags & HAS_ATTRIBUTES ? this.#attributes(this.item()) : undefined;
      if (values.length === 0 && found && found.size > 0) attributes = found;
      const tag = flags & HAS_TAG ? this.item() : undefined;
      tags.push(tag?.type === 'symbol' ? tag.name : undefined);
      environment ??= tag;
      this.#budget.take(COST.cell);
      values.push(this.item());
      flags = this.#stream.integer("a value's type");
      const tail = flags & 0xff;
      if (type === T.closure || type === T.promise) {
        this.#value(flags);
        if (type === T.closure) return closureOf(values[0], environment, attributes);
        return promiseOf(values[0]!);
      }
      if (tail !== T.pairlist && tail !== T.language) {
        const rest = this.#value(flags);
        if (rest.type !== 'null') values.push(rest);
        break;
      }
    }
    const kind = type === T.language ? 'language' : 'pairlist';
    return { type: kind, values: trimmed(values), tags: trimmed(tags), ...(attributes ? { attributes } : {}) };
  }

  /** A vector in a compact form. Sequences take no bytes of the file, so that all of them together are bounded here. */
  #altrep(): RValue {
    const [info, state, attributes] = [this.item(), this.item(), this.#attributes(this.item())];
    const { value, made } = altrep(info, state, attributes, this.#budget.sequencesLeft, this.#fail);
    this.#budget.takeSequence(made);
    return value;
  }

  /** An environment: walked over, and known as a place to refer to, with what is kept of its variables. */
  #environment(): RValue {
    this.#stream.integer("an environment's lock");
    const environment: Extract<RValue, { type: 'opaque' }> = { type: 'opaque', what: 'an environment' };
    this.#refer(environment);
    const [enclosing, frame, table] = [this.item(), this.item(), this.item()];
    const attributes = this.#attributes(this.item());
    if (attributes.size > 0) environment.attributes = attributes;
    const { variables, fields } = frameOf(frame, table);
    if (variables.size > 0) environment.variables = variables;
    if (fields) environment.fields = fields;
    if (enclosing.type === 'opaque' && (enclosing.variables ?? enclosing.enclosing)) environment.enclosing = enclosing;
    return environment;
  }

  /** The name and version of a namespace, a package's name, or a persistent name. */
  #names(): RValue {
    const stream = this.#stream;
    if (stream.integer("a namespace's names") !== 0) throw stream.error("names in a namespace's names", 'none');
    for (let left = stream.length(8, "a namespace's names"); left > 0; left -= 1) this.#char(stream.integer('a text'));
    return this.#refer({ type: 'opaque', what: 'an environment' });
  }

  /** Byte code, walked over (serialize.c, ReadBC). */
  #bytecode(flags: number): RValue {
    this.#stream.integer('the repeats of byte code');
    this.#bytecodeBody();
    return this.#withAttributes(flags, { type: 'opaque', what: 'byte code' });
  }

  #bytecodeBody(): void {
    const stream = this.#stream;
    this.#budget.enter();
    this.item();
    for (let left = stream.length(4, 'the constants of byte code'); left > 0; left -= 1) {
      const type = stream.integer('a constant of byte code');
      if (type === T.bytecode) this.#bytecodeBody();
      else this.#bytecodeConstant(type);
    }
    this.#budget.leave();
  }

  /** A constant of byte code (serialize.c, ReadBCLang): linked cells have special types, all else is a value. */
  #bytecodeConstant(first: number): void {
    const stream = this.#stream;
    let type = first;
    for (;;) {
      if (type === T.repeatRef) {
        stream.integer('a repeat in byte code');
        return;
      }
      if (type === T.repeatDef) {
        stream.integer('a repeat in byte code');
        type = stream.integer('a constant of byte code');
      }
      const cells = type === T.language || type === T.pairlist || type === T.attrLanguage || type === T.attrPairlist;
      if (!cells) {
        this.item();
        return;
      }
      if (type === T.attrLanguage || type === T.attrPairlist) this.item();
      this.item();
      this.#budget.enter();
      this.#bytecodeConstant(stream.integer('a constant of byte code'));
      this.#budget.leave();
      type = stream.integer('a constant of byte code');
    }
  }

  /** A vector's length, once the memory of its elements is counted. */
  #length(bytesEach: number, memoryEach: number, what: string): number {
    const length = this.#stream.length(bytesEach, what);
    this.#budget.take(length * memoryEach);
    return length;
  }

  #withAttributes(flags: number, value: RValue): RValue {
    if (!(flags & HAS_ATTRIBUTES)) return value;
    return withAttributes(value, this.#attributes(this.item()));
  }

  #attributes(value: RValue): Attributes {
    const attributes = new Map<string, RValue>();
    if (value.type === 'null') return attributes;
    if (value.type !== 'pairlist') throw this.#stream.error(typeOf(value), 'attributes in a pairlist');
    this.#budget.take(COST.attributes - COST.cells + value.values.length * (COST.attribute - COST.cell));
    value.values.forEach((attribute, place) => {
      const name = value.tags[place];
      if (name !== undefined) attributes.set(name, attribute);
    });
    return attributes;
  }

  #refer(value: RValue): RValue {
    if (this.#references.length >= this.#mostReferences) {
      throw this.#stream.error(`more than ${this.#mostReferences} references`, 'fewer');
    }
    this.#references.push(value);
    return value;
  }
}
