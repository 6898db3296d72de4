import * as imported from 'xz-decompress';
import { CUT } from './bits.ts';

/** What the package's WebAssembly (xz-embedded) exports, and the struct at the front of a context: see its src/native. */
type Exports = {
  memory: WebAssembly.Memory;
  create_context(): number;
  supply_input(context: number, bytes: number): void;
  get_next_output(context: number): number;
  destroy_context(context: number): void;
};
const [BUFFER_SIZE, IN_START, IN_AT, IN_SIZE, OUT_START, OUT_AT] = [0, 1, 2, 3, 4, 5] as const;
const [OK, STREAM_END, CUT_OFF] = [0, 1, 8];

/*
 * This file uses what the package does not export.
 *
 * Why: the package offers an asynchronous stream alone, and an import is synchronous. Its decoder (WebAssembly) is synchronous, so it is
 * called directly.
 * Held by: the version is pinned exactly, `moduleBytes` says so where the package changes, and tests/model/rds reads files that R's xz
 * wrote. Nothing was measured: it is not for speed.
 * Delete when: the package, or Node's zlib, decodes xz in a synchronous call.
 */
type Package = { _getModuleInstance(): Promise<void> };
// It is CommonJS: Node has its exports under default, a bundler beside it.
const { XzReadableStream } = ('default' in imported ? imported.default : imported) as typeof imported;
const library = XzReadableStream as unknown as Package;
let loaded: Exports | undefined;

/** The decoder, made when the first file of this compression comes: most processes never read one. */
function decoder(): Exports {
  loaded ??= new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports as Exports;
  return loaded;
}

/**
 * The package's WebAssembly, which it keeps to itself until it makes an instance of it, and then asynchronously. The first part of
 * that runs at once, so that what it hands to WebAssembly.instantiate can be kept here, before anything else can run.
 */
function moduleBytes(): BufferSource {
  const { instantiate } = WebAssembly;
  let bytes: BufferSource | undefined;
  const keep = (given: BufferSource) => {
    bytes = given;
    return Promise.resolve({});
  };
  WebAssembly.instantiate = keep as typeof instantiate;
  try {
    void library._getModuleInstance();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  if (bytes === undefined) throw new Error('xz-decompress: found no WebAssembly, expected that of version 0.2.3');
  return bytes;
}

/**
 * The chunks inside an xz stream, one by one, so that the caller can stop at a limit. Memory is bounded by the decoder's
 * dictionary. Throws an Error that says what is wrong with the bytes.
 */
export function* inflateXz(bytes: Uint8Array): Generator<Uint8Array> {
  const exports = decoder();
  const context = exports.create_context();
  // The memory may grow, which makes another buffer.
  const fields = () => new Uint32Array(exports.memory.buffer, context, 6);
  const field = (place: number) => fields()[place] as number;
  let supplied = 0;
  try {
    for (;;) {
      if (field(IN_AT) === field(IN_SIZE)) {
        // Where there is no more, nothing is supplied, which says so.
        const next = bytes.subarray(supplied, supplied + field(BUFFER_SIZE));
        new Uint8Array(exports.memory.buffer, field(IN_START), next.length).set(next);
        exports.supply_input(context, next.length);
        supplied += next.length;
      }
      const result = exports.get_next_output(context);
      if (result === CUT_OFF) throw new Error(CUT);
      if (result !== OK && result !== STREAM_END) throw new Error(`code ${result} of the decoder`);
      const made = field(OUT_AT);
      if (made > 0) yield new Uint8Array(exports.memory.buffer, field(OUT_START), made).slice();
      fields()[OUT_AT] = 0;
      if (result === STREAM_END) return;
    }
  } finally {
    exports.destroy_context(context);
  }
}
