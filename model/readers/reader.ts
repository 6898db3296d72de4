import { type Body, type BodyKind, bodyOf } from '../../shared/bodies/kind.ts';
import type { Outcome } from '../../shared/bodies/outcome.ts';
import type { IntervalPart } from '../../shared/intervals/section.ts';
import type { PipelineStep } from '../../shared/schema/card.ts';
import type { Feature, Schema } from '../../shared/schema/features.ts';
import type { BoundStep } from '../../shared/steps/kind.ts';
import type { Read } from '../formula/feature-table.ts';
import type { RValue } from '../rds/values.ts';
import type { LackingLevels } from './levels-by-names.ts';

/** A model as its file has it: its schema, the steps before the body, what computes, and the call that made it. */
export type Imported = {
  schema: Schema;
  steps?: readonly BoundStep[];
  body: Body;
  /** The weight of the training rows in each leaf of the body, in their order, where the file has it: what explanations need. */
  cover?: ArrayLike<number>;
  /** What the file has for intervals and standard errors, where it has it. */
  intervalParts?: readonly IntervalPart[];
  /** The mean in the training data of each summand of the body's sum (shared/bodies/sums.ts), in their order, where the file tells them. */
  means?: Float64Array;
  /** How the model's answers are made of the body's. */
  outcome?: Outcome;
  call: string;
  /** The version of the package that made it, as far as the file says. */
  version?: string;
  /** What a pipeline does before the body, for people. */
  pipeline?: PipelineStep[];
  /** Features of a class that R notes as "other": dates and times among them. */
  others?: string[];
  /** True where the file has the class of each column, so that a number that is not among `others` is no integer64. */
  isClassed?: boolean;
  /** Features that a formula reads as numbers, or by as.numeric(): a sidecar that gave them levels would have their codes read. */
  read?: Read;
  /** What to say of the model at its import, in a line. */
  note?: string;
  /** Of features that are split by sets of codes, and have no levels: the codes in training. */
  codes?: readonly (Codes | undefined)[];
  /** The factors of which the file does not have all levels: a sidecar or the training data has to name them. */
  lacking?: LackingLevels;
  /** Factors whose levels may be another feature's: what a sidecar says of them goes before the file. */
  doubted?: readonly string[];
  /** True where the file has no names for its features, so that a sidecar or the training data may name them. */
  isUnnamed?: boolean;
  /** True where numbers that the model has from the C library are those with fused multiplication, which an import with libm: plain would not have. */
  isOfFused?: boolean;
  /** True where R's predict() fails on an infinite value, which steps may make. */
  isFiniteOnly?: boolean;
  /** True where the file only numbers its classes (0, 1 ...), so that what wraps the model names them in their order. */
  isCoded?: boolean;
  /** Of a pipeline without a model: what a model that lies beside it in a file may go by. */
  asFirst?: First;
};

/** The least and the greatest code of a category, as far as the file says. */
export type Codes = { least: number; greatest: number };

/**
 * What a pipeline without a model does to columns that keep their names: those that have other values behind it, each with a value that
 * it had in training, before and behind, where these are known.
 */
export type First = ReadonlyMap<string, { before: number; behind: number } | undefined>;

/** What reads one family of R's models. One object a family, listed in readers.ts. */
export type Reader = {
  /** The R classes it reads, by an object's first class: what comes after it may have another predict() for the rest (a gam is a glm too). */
  classes: readonly string[];
  /** The family in an error's text: "a ranger forest". */
  title: string;
  /**
   * Throws a ModelError that names what is wrong with which part; `label` names the file. `inner` reads a model that this one
   * holds, by its family's reader.
   */
  read(value: RValue, label: string, inner?: (value: RValue, label: string) => Imported): Imported;
  /**
   * Reads a pipeline that lets columns through which it does not name, in front of a model that takes `passed` beside those that the
   * pipeline makes.
   */
  readBefore?(value: RValue, label: string, passed: readonly Feature[]): Imported;
};

/** The `read` of a family whose function gives what computes as one member of what it read: the body of that kind. */
export function withBody<Part extends string, B>(
  part: Part,
  kind: BodyKind<B>,
  read: (value: RValue, label: string) => Omit<Imported, 'body'> & Record<Part, B>,
): (value: RValue, label: string) => Imported {
  return (value, label) => {
    const { [part]: data, ...rest } = read(value, label);
    // TypeScript does not see that what is left of an import without one more member is the import.
    return { ...(rest as unknown as Omit<Imported, 'body'>), body: bodyOf(kind, data) };
  };
}

/** What reads one format of files that a package writes by itself, without R's serialization. One object a format, listed in file-readers.ts. */
export type FileReader = {
  /** The format in an error's text: "an XGBoost model". */
  title: string;
  /** Whether a file is of this format, by its first bytes (START_BYTES, or all of a smaller file), whatever its name is. */
  matches(start: Uint8Array): boolean;
  /** Throws a ModelError that names what is wrong with which part; `label` names the file. */
  read(bytes: Uint8Array, label: string): Imported;
};

/** How many bytes of a file show its format. */
export const START_BYTES = 4096;
