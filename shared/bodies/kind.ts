import type { Schema } from '../schema/features.ts';
import type { AnswerType, ParameterName } from '../schema/parameter-table.ts';
import type { Parameters } from '../schema/parameters.ts';
import type { PackedArray } from './arrays.ts';

/** A body taken apart for an artifact: small values as JSON, and its arrays by name. `type` is its kind's name there. */
export type Packed = { type: string; scalars: Record<string, unknown>; arrays: [string, PackedArray][] };

/** What an artifact has of a body: the same, with the arrays to be looked up. */
export type Unpacked = { type: string; scalars: Record<string, unknown>; arrays: ReadonlyMap<string, PackedArray> };

/** The fastest way to a body's default answers, with the bits of its `predict`. */
export type Prepared = {
  name: string;
  /** The answers to rows that lie side by side. */
  predict(rows: Float64Array): Float64Array;
  /** Bytes that each thread comes to hold for it at most. */
  bytes: number;
  /** What other threads can use of it, in memory that they share. */
  table?: WebAssembly.Memory;
};

/**
 * Where a body splits one of its inputs: at these values, or, with `isSet`, by these sets of levels (bit k - 1 is level k). What equals
 * a value goes left, with `isBelow` right.
 */
export type InputSplits = { values: number[]; isSet: boolean; isBelow?: boolean };

/** How large a body is: under the kind's name in JSON, and as a line for people. */
export type Measures = { name: string; numbers: Record<string, number | string>; text: string };

/** What a body can answer: the types, its default first, and the parameters beside `type`. A schema may offer fewer. */
export type Answers = { types: AnswerType[]; takes: ParameterName[] };

/**
 * A kind of body: all that anybody else asks of what computes. One object a kind, listed in bodies.ts. The `schema` it gets is
 * the model's, with the body's inputs as its features: where no steps come first, both are the same. `label` names the model
 * in errors.
 */
export type BodyKind<B> = {
  /** Its names in artifacts. */
  types: readonly string[];
  /** Takes a body apart for an artifact. The same body gives the same parts. */
  pack(body: B): Packed;
  /** Puts it together again. Throws a ModelError that names what is missing or of another type. */
  unpack(packed: Unpacked, label: string): B;
  /** Checks a body from a file against its invariants, so that `predict` needs no check. Throws a ModelError. */
  check(schema: Schema, body: B, label: string): void;
  /** All that a body of a schema's kind can be asked for. */
  answers(schema: Schema, body: B): Answers;
  /** Parameters that it takes beside those of a schema: they came after its artifacts, whose sha256 stays. */
  later?(body: B): ParameterName[];
  /** The answers to rows of inputs that lie side by side, `outputWidth` doubles a row. */
  predict(schema: Schema, body: B, rows: Float64Array, parameters: Parameters): Float64Array;
  /** Makes the kernel for default answers now and keeps it; of the table that another thread made, where there is one. */
  prepare?(schema: Schema, body: B, table?: Prepared['table']): Prepared;
  /** Why a row of inputs has no answer (NaN) to these parameters, in words, where the kind knows it. */
  noAnswer?(schema: Schema, body: B, row: Float64Array, parameters: Parameters): string | undefined;
  /**
   * The number that has the answer of a NaN which steps made of values that are there, where R's engine does not take that for a missing
   * value; undefined where it does.
   */
  undefinedAs?(body: B): number | undefined;
  /** The splits of each input, in the order of the nodes; a kind that has none gives none. */
  splits?(body: B, inputs: number): InputSplits[];
  /** The distinct finite splits of each input, where the body has them without going through its nodes. */
  cuts?(body: B): InputSplits[] | undefined;
  /** The number by which a tree names each class, in class order, where an answer can be the class of every tree. */
  codes?(body: B): number[] | undefined;
  /** A number that the body settles, from which the draw of its check rows starts. */
  seed?(body: B): number;
  /** Whether its files lack the levels of factors, so that a sidecar or the training data has to name them. */
  lacksLevels: boolean;
  /** How many doubles an answer may lie away from R's where the model is verified. */
  ulp(schema: Schema, body: B): number;
  /** How many doubles an answer of earlier versions may lie away from today's: they took JavaScript's exp, log and pow. 0 where this is not given. */
  earlierUlp?(schema: Schema): number;
  measure(body: B): Measures;
  /** What R's predict() may be asked for and this model has no answer to, each with the reason. */
  notServed?(schema: Schema, body: B): string[];
};

/** What computes: a kind, and what a model has of it. */
export type Body = { kind: BodyKind<unknown>; data: unknown };

/** A body of a kind. */
export function bodyOf<B>(kind: BodyKind<B>, data: B): Body {
  return { kind: kind as BodyKind<unknown>, data };
}
