/*
 * A small assembler for WebAssembly modules (core specification 3.0, binary format: fixed-width SIMD and several memories):
 * memories that are imported, and functions made of the instructions the kernels need. Kernels are emitted when a model is
 * opened, for its very shape, so that nothing is built or shipped beforehand.
 */

/** Types of locals, parameters and results. */
export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
/** A piece of code: bytes in order. */
export type Code = number[];
/** A function without a result: its exported name, parameters, further locals, and body. */
export type WasmFunction = { name: string; params: WasmType[]; locals: WasmType[]; body: Code };

const TYPE: Record<WasmType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const VOID = 0x40;

/** An unsigned number in LEB128. */
function unsigned(value: number): Code {
  // Nearly all are small, and a process's first kernel is written before this is compiled.
  if (value < 128) return [value];
  const bytes: Code = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low + 128 : low);
  } while (left > 0);
  return bytes;
}

/** A signed 32-bit number in LEB128. */
function signed(value: number): Code {
  const bytes: Code = [];
  let left = value | 0;
  for (;;) {
    const low = left & 0x7f;
    left >>= 7;
    const isLast = (left === 0 && (low & 0x40) === 0) || (left === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** Alignment (as a power of two) and offset of an access to the memory of that place; bit 6 says that the place follows. */
function access(align: number, offset: number, memory: number): Code {
  return memory === 0 ? [align, ...unsigned(offset)] : [align | 0x40, ...unsigned(memory), ...unsigned(offset)];
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const loadI32 = (offset = 0, memory = 0): Code => [0x28, ...access(2, offset, memory)];
export const loadI64 = (offset = 0, memory = 0): Code => [0x29, ...access(3, offset, memory)];
export const loadF32 = (offset = 0, memory = 0): Code => [0x2a, ...access(2, offset, memory)];
export const loadF64 = (offset = 0, memory = 0): Code => [0x2b, ...access(3, offset, memory)];
/** Two bytes, as a number from 0 on. */
export const loadU16 = (offset = 0, memory = 0): Code => [0x2f, ...access(1, offset, memory)];
/** A byte, as a number from 0 on. */
export const loadU8 = (offset = 0): Code => [0x2d, ...access(0, offset, 0)];
export const storeI32 = (offset = 0): Code => [0x36, ...access(2, offset, 0)];
export const storeI64 = (offset = 0): Code => [0x37, ...access(3, offset, 0)];
/** Stores the lower two bytes. */
export const storeU16 = (offset = 0): Code => [0x3b, ...access(1, offset, 0)];
export const storeF32 = (offset = 0): Code => [0x38, ...access(2, offset, 0)];
export const storeF64 = (offset = 0): Code => [0x39, ...access(3, offset, 0)];
export const loadV128 = (offset = 0, memory = 0): Code => [0xfd, 0x00, ...access(4, offset, memory)];
export const storeV128 = (offset = 0): Code => [0xfd, 0x0b, ...access(4, offset, 0)];
/** Sixteen bytes of two vectors, counted from the first's. */
export const shuffleV128 = (...bytes: number[]): Code => [0xfd, 0x0d, ...bytes];
export const andV128: Code = [0xfd, ...unsigned(78)];
/** The bits of the first of two that are 0 in the second. */
export const andNotV128: Code = [0xfd, ...unsigned(79)];
/** 1 where a vector has a bit that is 1, else 0. */
export const anyV128: Code = [0xfd, ...unsigned(83)];
/** A whole number of 32 bits from memory in all four lanes. */
export const loadSplatI32 = (offset = 0): Code => [0xfd, 0x09, ...access(2, offset, 0)];
/** The bits of the first of two where those of a third are 1, else those of the second. */
export const bitselectV128: Code = [0xfd, ...unsigned(82)];
/** A whole number in all four lanes. */
export const splatI32x4: Code = [0xfd, 0x11];
/** A 64-bit lane, 0 or 1, of a vector. */
export const laneI64 = (lane: number): Code => [0xfd, 0x1d, lane];
export const ctzI64: Code = [0x7a];
export const wrapI64: Code = [0xa7];
/** Shifts a 64-bit number right by that many bits, filling with zeros. */
export const shrI64 = (bits: number): Code => [0x42, ...signed(bits), 0x88];
/** An unsigned number of 32 bits as one of 64. */
export const wideI64: Code = [0xad];
/** Shifts a 64-bit number left by that many bits. */
export const shlI64 = (bits: number): Code => [0x42, ...signed(bits), 0x86];
export const orI64: Code = [0x84];
/** Shifts a 32-bit number left, or right filling with zeros, by as many bits as lie on the stack. */
export const shlByI32: Code = [0x74];
export const shrByI32: Code = [0x76];
export const addI32: Code = [0x6a];
export const subI32: Code = [0x6b];
export const mulI32: Code = [0x6c];
export const andI32: Code = [0x71];
export const orI32: Code = [0x72];
export const xorI32: Code = [0x73];
export const shlI32 = (bits: number): Code => [...i32(bits), 0x74];
export const shrI32 = (bits: number): Code => [...i32(bits), 0x76];
/** Shifts right by that many bits, filling with the highest one. */
export const sarI32 = (bits: number): Code => [...i32(bits), 0x75];
export const eqI32: Code = [0x46];
/** Comparisons of unsigned numbers. */
export const ltI32: Code = [0x49];
export const gtI32: Code = [0x4b];
export const addF32: Code = [0x92];
export const zeroF32: Code = [0x43, 0, 0, 0, 0];
export const addF64: Code = [0xa0];
/** An unsigned whole number as a double. */
export const toF64: Code = [0xb8];
export const zeroF64: Code = [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
export const leF64: Code = [0x65];
export const eqF64: Code = [0x61];
/** 1 for 0, else 0. */
export const notI32: Code = [0x45];
/** The first of two where a third is not 0, else the second. */
export const select: Code = [0x1b];
/** A whole number, towards 0; 0 for NaN, the nearest there is for what lies out of range. */
export const truncF64: Code = [0xfc, 0x02];
/** Vectors of two doubles and of four whole numbers. */
export const constF64x2 = (...lanes: [number, number]): Code => [0xfd, 0x0c, ...new Uint8Array(Float64Array.from(lanes).buffer)];
export const constI32x4 = (value: number): Code => [0xfd, 0x0c, ...new Uint8Array(new Int32Array(4).fill(value).buffer)];
/** A double in both lanes. */
export const splatF64x2: Code = [0xfd, 0x14];
/** A vector with another double in a lane, 0 or 1. */
export const putF64 = (lane: number): Code => [0xfd, 0x22, lane];
/** A vector of two doubles with its lanes swapped. */
export const swapF64x2 = (vector: number): Code => {
  const lanes = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
  return [...get(vector), ...get(vector), 0xfd, 0x0d, ...lanes];
};
/** All bits of each lane whose double is greater than the other's. */
export const greaterF64x2: Code = [0xfd, 0x4a];
/** -1 in each lane whose whole number is another than the other's, else 0. */
export const unlikeI32x4: Code = [0xfd, 0x38];
/** -1 in each lane whose unsigned whole number is less than the other's, else 0. */
export const lessI32x4: Code = [0xfd, 0x3a];
export const subI32x4: Code = [0xfd, ...unsigned(177)];
/** The whole number of a lane, 0 to 3. */
export const laneI32 = (lane: number): Code => [0xfd, 0x1b, lane];
/** The double of a lane, 0 or 1. */
export const laneF64 = (lane: number): Code => [0xfd, 0x21, lane];
export const addF64x2: Code = [0xfd, ...unsigned(240)];
export const subF64x2: Code = [0xfd, ...unsigned(241)];
export const mulF64x2: Code = [0xfd, ...unsigned(242)];
export const divF64x2: Code = [0xfd, ...unsigned(243)];
/** The second where it is less than the first, else the first: so the first too where the second is NaN. */
export const lesserF64x2: Code = [0xfd, ...unsigned(246)];
export const absF64x2: Code = [0xfd, ...unsigned(236)];
export const negF64x2: Code = [0xfd, ...unsigned(237)];
/** Comparisons: all bits of a lane are 1 where it holds. */
export const eqF64x2: Code = [0xfd, ...unsigned(71)];
export const ltF64x2: Code = [0xfd, ...unsigned(73)];
export const addI64x2: Code = [0xfd, ...unsigned(206)];
/** Shifts both 64-bit numbers left. */
export const shlI64x2 = (bits: number): Code => [...i32(bits), 0xfd, ...unsigned(203)];
/** 1 where no lane of 64 bits is 0. */
export const allI64x2: Code = [0xfd, ...unsigned(195)];
/** Two doubles as whole numbers, towards 0. */
export const truncF64x2: Code = [0xfd, ...unsigned(252)];
export const maxI32x4: Code = [0xfd, ...unsigned(184)];
/** Stores the lower half of a vector. */
export const storeLanes = (offset: number): Code => [0xfd, 0x5b, ...access(3, offset, 0), 0];

/** A loop whose body leaves on the stack an i32 that says whether to go on. */
export function loop(body: Code): Code {
  return [0x03, VOID, ...body, 0x0d, 0x00, 0x0b];
}

/** A body that is run where the number on the stack is not 0. */
export function when(body: Code): Code {
  return [0x04, VOID, ...body, 0x0b];
}

/** One body where the number on the stack is not 0, else the other. */
export function either(body: Code, other: Code): Code {
  return [0x04, VOID, ...body, 0x05, ...other, 0x0b];
}

/** Fills so many bytes from an address on with 0. */
export function clear(address: Code, bytes: Code): Code {
  return [...address, ...i32(0), ...bytes, 0xfc, 0x0b, 0x00];
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): Code {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
}

/** A memory to import, and whether it may be shared with other threads (then of a fixed size). */
export type Import = { memory: WebAssembly.Memory; pages: number; shared: boolean };

/**
 * The functions as a module, instantiated over memories; the first is the one that stores go to. Throws a
 * WebAssembly.CompileError where this engine lacks SIMD or a second memory.
 */
export function instantiate(functions: WasmFunction[], over: Import[]): Record<string, (...args: number[]) => void> {
  const types = functions.map(({ params }) => [0x60, ...vector(params.map((type) => [TYPE[type]])), ...vector([])]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, TYPE[type]])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector(over.map(({ pages, shared }, at) => [...name('m'), ...name(String(at)), 0x02, ...limits(pages, shared)]))),
    ...section(3, vector(functions.map((_, place) => unsigned(place)))),
    ...section(7, vector(functions.map((one, place) => [...name(one.name), 0x00, ...unsigned(place)]))),
    ...section(10, vector(bodies)),
  ];
  const module = new WebAssembly.Module(Uint8Array.from(bytes));
  const memories = Object.fromEntries(over.map(({ memory }, at) => [String(at), memory]));
  return new WebAssembly.Instance(module, { m: memories }).exports as Record<string, (...args: number[]) => void>;
}

/** The pages of an imported memory: at least, and at most as well where it is shared. */
function limits(pages: number, shared: boolean): Code {
  return shared ? [0x03, ...unsigned(pages), ...unsigned(pages)] : [0x00, ...unsigned(pages)];
}
