import { ModelError } from '../../shared/errors.ts';
import { AsciiStream } from './ascii.ts';
import type { Progress } from './budget.ts';
import { type Compression, compressionOf, inflate } from './inflate.ts';
import { mostInflated, mostMemory, RDS_LIMITS } from './limits.ts';
import { describeOther } from './other-files.ts';
import { Reader } from './reader.ts';
import { BinaryStream, type RStream } from './stream.ts';
import { encodingOf } from './texts.ts';
import type { Kept, RValue } from './values.ts';

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
export function readRFile(bytes: Uint8Array, label: string, limits = RDS_LIMITS, progress: Progress = () => {}): RFile {
  if (bytes.length === 0) throw new ModelError(label, 'an empty file', 'a model saved by saveRDS');
  progress(0, bytes.length);
  const plain = inflate(bytes, label, mostInflated(bytes.length, limits), (start) => openStream(start, label));
  const { stream, native, ...header } = openStream(plain, label);
  try {
    const reader = new Reader(stream, { ...limits, memory: mostMemory(bytes.length) }, native, progress);
    const value = reader.item();
    if (header.saved === 'save') reader.global.variables = functionsOf(value);
    return { compression: compressionOf(bytes), ...header, value };
  } catch (error) {
    // The stack left to this call, or the memory, may be less than the limits foresee. By its name, since one that a function of Node throws may be another realm's.
    const { name, message } = (error ?? {}) as Partial<Error>;
    if (name !== 'RangeError') throw error;
    if (message?.includes('call stack'))
      throw stream.error('values nested too deep to be read here', `at most ${limits.depth} deep, less where they are calls`);
    throw stream.error(`more than fits (${message})`, 'a smaller model');
  }
}

/** The functions among what save() wrote: load() puts them into R's global environment, where they hide those of R that have their names. */
function functionsOf(saved: RValue): ReadonlyMap<string, Kept> {
  const functions = new Map<string, Kept>();
  if (saved.type !== 'pairlist') return functions;
  saved.values.forEach((value, at) => {
    const name = saved.tags[at];
    if (name && value.type === 'opaque' && value.value?.type === 'function') functions.set(name, value.value);
  });
  return functions;
}

/** The value of an R file: see readRFile. */
export function readRds(bytes: Uint8Array, label: string, limits = RDS_LIMITS): RValue {
  return readRFile(bytes, label, limits).value;
}

/** So few bytes say nothing of what they were. */
const LEAST_START = 5;
/** What save() writes before the serialization: RD, the form and the version of its format. */
const SAVED = /^RD([XAB])([23])\n/;

/** A stream behind the header: form, versions and, in version 3, the native encoding, which is that of texts without a mark. */
function openStream(bytes: Uint8Array, label: string) {
  const start = Buffer.from(bytes.subarray(0, 7)).toString('latin1');
  const saved = SAVED.exec(start);
  const from = saved ? saved[0].length : 0;
  const form = ({ 'X\n': 'xdr', 'B\n': 'native', 'A\n': 'ascii' } as const)[start.slice(from, from + 2)];
  if (!form) {
    if (start.startsWith('RD')) {
      const found = `the format ${JSON.stringify(start.slice(0, 5))} of save()`;
      throw new ModelError(label, found, 'RDX2 or RDX3, or an R file: saveRDS(model, file)');
    }
    if (bytes.length < LEAST_START) throw new ModelError(label, `${bytes.length} bytes (cut off?)`, 'an R file: saveRDS(model, file)');
    const { found, expected } = describeOther(bytes) ?? { found: 'other bytes', expected: 'an R file: saveRDS(model, file)' };
    throw new ModelError(label, found, expected);
  }
  const stream = form === 'ascii' ? new AsciiStream(bytes, label, from + 2) : new BinaryStream(bytes, label, from + 2, form === 'native');
  const version = stream.integer('the serialization version');
  const writer = stream.integer('the version of R');
  stream.integer('the least version of R');
  if (version !== 2 && version !== 3) throw stream.error(`serialization version ${version}`, '2 or 3');
  const name = version === 3 ? stream.text(stream.length(1, 'the native encoding'), 'bytes', 'the native encoding') : '';
  const native = encodingOf(name);
  const r = `${writer >> 16}.${(writer >> 8) & 0xff}.${writer & 0xff}`;
  return { stream: stream as RStream, native, form, version, r, saved: saved ? ('save' as const) : ('saveRDS' as const) };
}
