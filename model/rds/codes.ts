/** Codes of R's serialization: types of values (Rinternals.h) and, from 238 on, its pseudo types (serialize.c). */
// biome-ignore format: a table
export const T = {
  null: 0, symbol: 1, pairlist: 2, closure: 3, environment: 4, promise: 5, language: 6, special: 7, builtin: 8, char: 9,
  logical: 10, integer: 13, double: 14, complex: 15, character: 16, dots: 17, list: 19, expression: 20, bytecode: 21,
  pointer: 22, weakref: 23, raw: 24, s4: 25, altrep: 238, attrPairlist: 239, attrLanguage: 240, baseEnv: 241, emptyEnv: 242,
  repeatRef: 243, repeatDef: 244, persistent: 247, package: 248, namespace: 249, baseNamespace: 250, missingArg: 251,
  unbound: 252, globalEnv: 253, nullValue: 254, reference: 255,
} as const;
/** Bits of a value's flags. */
export const [HAS_ATTRIBUTES, HAS_TAG] = [1 << 9, 1 << 10];
/** Bits of a text's flags: its encoding. */
export const [BYTES, LATIN1_MARK, UTF8] = [1 << 1, 1 << 2, 1 << 3];
