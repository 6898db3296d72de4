import { ModelError } from '../../shared/errors.ts';
import { altrep } from './altrep.ts';
import { AsciiStream } from './ascii.ts';
import { type Compression, compressionOf, inflate } from './inflate.ts';
import { COST, mostInflated, mostMemory, RDS_LIMITS, type RdsLimits } from './limits.ts';
import { describeOther } from './other-files.ts';
import { BinaryStream, type RStream } from './stream.ts';
import { type Encoding, encodingOf, LATIN1 } from './texts.ts';
import { type Attributes, type Kept, keptOf, type RValue, typeOf } from './values.ts';

/** Codes of R's serialization: types of values (Rinternals.h) and, from 238 on, its pseudo types (serialize.c). */
// biome-ignore format: a table
const T = {
  null: 0, symbol: 1, pairlist: 2, closure: 3, environment: 4, promise: 5, language: 6, special: 7, builtin: 8, char: 9,
  logical: 10, integer: 13, double: 14, complex: 15, character: 16, dots: 17, list: 19, expression: 20, bytecode: 21,
  pointer: 22, weakref: 23, raw: 24, s4: 25, altrep: 238, attrPairlist: 239, attrLanguage: 240, baseEnv: 241, emptyEnv: 242,
  repeatRef: 243, repeatDef: 244, persistent: 247, package: 248, namespace: 249, baseNamespace: 250, missingArg: 251,
  unbound: 252, globalEnv: 253, nullValue: 254, reference: 255,
} as const;
const [HAS_ATTRIBUTES, HAS_TAG] = [1 << 9, 1 << 10];
const [BYTES, LATIN1_MARK, UTF8] = [1 << 1, 1 << 2, 1 << 3];
/** Least elements of a list that is read into one array where all are plain doubles. */
const PACKED = 256;
const NULL: RValue = { type: 'null' };

/** Told, while a file is read, how many bytes of how many are done; first of the file, then of what is inside its compression. */
export type Progress = (done: number, all: number) => void;
/** Values between two words on the progress. */
const PROGRESS_VALUES = 64;

/** How a model file was written: `r` is the version of R that wrote it, `saved` whether by saveRDS() or save(). */
export type RFile = {
  compression: Compression;
  form: 'xdr' | 'native' | 'ascii';
  version: number;
  r: string;
  saved: 'saveRDS' | 'save';
  value: RValue;
};

/**
 * Reads an R file, as saveRDS() or save() write it: serialization 2 or 3 in XDR, native (little-endian) or ascii form, plain
 * or compressed (R Internals, "Serialization Formats"). Of save() the value is the pairlist of what was saved, by its names.
 * Nothing is evaluated. Throws a ModelError that says where and what.
 */
export function readRFile(bytes: Uint8Array, thing: string, limits = RDS_LIMITS, progress: Progress = () => {}): RFile {
  if (bytes.length === 0) throw new ModelError(thing, 'an empty file', 'a model saved by saveRDS');
  progress(0, bytes.length);
  const plain = inflate(bytes, thing, mostInflated(bytes.length, limits), (start) => openStream(start, thing));
  const { stream, native, ...header } = openStream(plain, thing);
  try {
    const reader = new Reader(stream, { ...limits, memory: mostMemory(bytes.length) }, native, progress);
    return { compression: compressionOf(bytes), ...header, value: reader.item() };
  } catch (error) {
    // The stack left to this call, or the memory, may be less than the limits foresee.
    if (error instanceof RangeError) throw stream.error(`more than fits (${error.message})`, 'a smaller model');
    throw error;
  }
}

/** The value of an R file: see readRFile. */
export function readRds(bytes: Uint8Array, thing: string, limits = RDS_LIMITS): RValue {
  return readRFile(bytes, thing, limits).value;
}

/** So few bytes say nothing of what they were. */
const LEAST_START = 5;
/** What save() writes before the serialization: RD, the form and the version of its own format. */
const SAVED = /^RD([XAB])([23])\n/;

/** A stream behind the header: form, versions and, in version 3, the native encoding, which is that of texts without a mark. */
function openStream(bytes: Uint8Array, thing: string) {
  const start = Buffer.from(bytes.subarray(0, 7)).toString('latin1');
  const saved = SAVED.exec(start);
  const from = saved ? saved[0].length : 0;
  const form = ({ 'X\n': 'xdr', 'B\n': 'native', 'A\n': 'ascii' } as const)[start.slice(from, from + 2)];
  if (!form) {
    if (start.startsWith('RD')) {
      const found = `the format ${JSON.stringify(start.slice(0, 5))} of save()`;
      throw new ModelError(thing, found, 'RDX2 or RDX3, or an R file: saveRDS(model, file)');
    }
    if (bytes.length < LEAST_START) throw new ModelError(thing, `${bytes.length} bytes (cut off?)`, 'an R file: saveRDS(model, file)');
    const { found, expected } = describeOther(bytes) ?? { found: 'other bytes', expected: 'an R file: saveRDS(model, file)' };
    throw new ModelError(thing, found, expected);
  }
  const stream = form === 'ascii' ? new AsciiStream(bytes, thing, from + 2) : new BinaryStream(bytes, thing, from + 2, form === 'native');
  const version = stream.integer('the serialization version');
  const writer = stream.integer('the version of R');
  stream.integer('the least version of R');
  if (version !== 2 && version !== 3) throw stream.error(`serialization version ${version}`, '2 or 3');
  const name = version === 3 ? stream.text(stream.length(1, 'the native encoding'), 'bytes', 'the native encoding') : '';
  const native = encodingOf(name);
  const r = `${writer >> 16}.${(writer >> 8) & 0xff}.${writer & 0xff}`;
  return { stream: stream as RStream, native, form, version, r, saved: saved ? ('save' as const) : ('saveRDS' as const) };
}

class Reader {
  readonly #stream: RStream;
  readonly #limits: RdsLimits & { memory: number };
  readonly #native: Encoding;
  readonly #progress: Progress;
  readonly #references: RValue[] = [];
  readonly #fail = (found: string, expected: string) => this.#stream.error(found, expected);
  #sequences = 0;
  #values = 0;
  #memory = 0;
  #depth = 0;

  constructor(stream: RStream, limits: RdsLimits & { memory: number }, native: Encoding, progress: Progress) {
    this.#progress = progress;
    this.#stream = stream;
    this.#limits = limits;
    this.#native = native;
  }

  /** The next value, whatever it is (serialize.c, ReadItem). */
  item(): RValue {
    return this.#value(this.#stream.integer("a value's type"));
  }

  /** The value whose flags were read. A level of nesting takes few frames of the stack, which is why #enter takes no function. */
  #value(flags: number): RValue {
    this.#enter();
    const value = this.#ofType(flags & 0xff, flags);
    this.#depth -= 1;
    return value;
  }

  #ofType(type: number, flags: number): RValue {
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
        stream.skip('bytes', stream.length(1, "a builtin's name"), "a builtin's name");
        return { type: 'opaque', what: 'a builtin function' };
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
      case T.baseEnv:
      case T.emptyEnv:
      case T.baseNamespace:
        return { type: 'opaque', what: 'an environment' };
      case T.missingArg:
      case T.unbound:
        return { type: 'opaque', what: 'a missing argument' };
      default:
        return this.#withAttributes(flags, this.#vector(type));
    }
  }

  #vector(type: number): RValue {
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
        return { type: 'character', values };
      }
      case T.list:
      case T.expression: {
        const values: RValue[] = [];
        const length = this.#length(4, COST.place, 'a list');
        // What a forest's leaves hold comes as millions of small vectors: a value for each would take many times their bytes.
        const packed = type === T.list && length >= PACKED ? stream.packed(length) : undefined;
        if (packed) {
          this.#take(packed.values.byteLength);
          return { type: 'packed', ...packed };
        }
        for (let left = length; left > 0; left -= 1) values.push(this.item());
        return type === T.list ? { type: 'list', values } : { type: 'opaque', what: 'an expression' };
      }
      case T.complex:
        stream.skip('doubles', stream.length(16, 'a complex vector') * 2, 'a complex vector');
        return { type: 'opaque', what: 'a complex vector' };
      case T.raw:
        stream.skip('raw', stream.length(1, 'a raw vector'), 'a raw vector');
        return { type: 'opaque', what: 'a raw vector' };
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
    this.#take(COST.text + length);
    return text;
  }

  /** Cells linked by their tails: pairlists and language are kept, closures and promises are walked over. */
  #cells(first: number): RValue {
    const type = first & 0xff;
    const values: RValue[] = [];
    const tags: (string | undefined)[] = [];
    let attributes: Attributes | undefined;
    let flags = first;
    for (;;) {
      const own = flags & HAS_ATTRIBUTES ? this.#attributes(this.item()) : undefined;
      if (values.length === 0) attributes = own;
      const tag = flags & HAS_TAG ? this.item() : undefined;
      tags.push(tag?.type === 'symbol' ? tag.name : undefined);
      this.#take(COST.cell);
      values.push(this.item());
      flags = this.#stream.integer("a value's type");
      const tail = flags & 0xff;
      if (type === T.closure || type === T.promise) {
        this.#value(flags);
        const kept = type === T.promise ? keptOf(values[0]) : undefined;
        return { type: 'opaque', what: type === T.closure ? 'a function' : 'a promise', ...(kept ? { value: kept } : {}) };
      }
      if (tail !== T.pairlist && tail !== T.language) {
        const rest = this.#value(flags);
        if (rest.type !== 'null') values.push(rest);
        break;
      }
    }
    const kind = type === T.language ? 'language' : 'pairlist';
    return { type: kind, values, tags, ...(attributes ? { attributes } : {}) };
  }

  /** A vector in a compact form. Sequences take no bytes of the file, so that all of them together are bounded here. */
  #altrep(): RValue {
    const [info, state, attributes] = [this.item(), this.item(), this.#attributes(this.item())];
    const { value, made } = altrep(info, state, attributes, this.#limits.sequences - this.#sequences, this.#fail);
    this.#sequences += made;
    this.#take(made * 8);
    return value;
  }

  /** An environment: walked over, and known as a place to refer to, with the constants in it. */
  #environment(): RValue {
    this.#stream.integer("an environment's lock");
    const environment: Extract<RValue, { type: 'opaque' }> = { type: 'opaque', what: 'an environment' };
    this.#refer(environment);
    const [enclosing, frame, table] = [this.item(), this.item(), this.item()];
    this.item();
    const variables = new Map<string, Kept>();
    for (const cells of [frame, ...(table.type === 'list' ? table.values : [])]) {
      if (cells.type !== 'pairlist') continue;
      cells.values.forEach((value, at) => {
        const [name, kept] = [cells.tags[at], keptOf(value)];
        if (name !== undefined && kept) variables.set(name, kept);
      });
    }
    if (variables.size > 0) environment.variables = variables;
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
    this.#enter();
    this.item();
    for (let left = stream.length(4, 'the constants of byte code'); left > 0; left -= 1) {
      const type = stream.integer('a constant of byte code');
      if (type === T.bytecode) this.#bytecodeBody();
      else this.#bytecodeConstant(type);
    }
    this.#depth -= 1;
  }

  /** A constant of byte code (serialize.c, ReadBCLang): linked cells have types of their own, all else is a value. */
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
      this.#enter();
      this.#bytecodeConstant(stream.integer('a constant of byte code'));
      this.#depth -= 1;
      type = stream.integer('a constant of byte code');
    }
  }

  /** A level deeper; whoever enters goes back by `#depth -= 1`. */
  #enter(): void {
    this.#depth += 1;
    this.#values += 1;
    if (this.#values % PROGRESS_VALUES === 0) this.#progress(this.#stream.at, this.#stream.at + this.#stream.left);
    this.#take(COST.value);
    if (this.#values > this.#limits.values) throw this.#fail(`more than ${this.#limits.values} values`, 'a smaller model');
    if (this.#depth > this.#limits.depth) throw this.#fail('values nested too deep', `at most ${this.#limits.depth} deep`);
  }

  /** A vector's length, once the memory of its elements is counted. */
  #length(bytesEach: number, memoryEach: number, what: string): number {
    const length = this.#stream.length(bytesEach, what);
    this.#take(length * memoryEach);
    return length;
  }

  /** Counts memory before it is taken. */
  #take(bytes: number): void {
    this.#memory += bytes;
    if (this.#memory > this.#limits.memory) {
      throw this.#fail(`values that would take more than ${this.#limits.memory} bytes of memory`, 'a smaller model');
    }
  }

  #withAttributes(flags: number, value: RValue): RValue {
    if (!(flags & HAS_ATTRIBUTES)) return value;
    const attributes = this.#attributes(this.item());
    return value.type === 'null' || value.type === 'symbol' ? value : { ...value, attributes };
  }

  #attributes(value: RValue): Attributes {
    const attributes = new Map<string, RValue>();
    if (value.type === 'null') return attributes;
    if (value.type !== 'pairlist') throw this.#stream.error(typeOf(value), 'attributes in a pairlist');
    value.values.forEach((attribute, place) => {
      const name = value.tags[place];
      this.#take(COST.attribute);
      if (name !== undefined) attributes.set(name, attribute);
    });
    return attributes;
  }

  #refer(value: RValue): RValue {
    if (this.#references.length >= this.#limits.references) {
      throw this.#stream.error(`more than ${this.#limits.references} references`, 'fewer');
    }
    this.#references.push(value);
    return value;
  }
}
