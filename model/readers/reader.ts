import type { Body } from '../../shared/bodies/kind.ts';
import type { Schema } from '../../shared/schema/features.ts';
import type { BoundStep } from '../../shared/steps/kind.ts';
import type { RValue } from '../rds/values.ts';

/** A model as its file tells it: its schema, the steps before the body, what computes, and the call that made it. */
export type Imported = {
  schema: Schema;
  steps?: readonly BoundStep[];
  body: Body;
  call: string;
  /** The version of the package that made it, as far as the file tells. */
  version?: string;
  /** Features of a class that R notes as "other": dates and times among them. */
  others?: string[];
};

/** What reads one family of R's models. One object a family, listed in readers.ts. */
export type Reader = {
  /** The R classes it reads, by an object's first class: what comes after it may have a predict() of its own for the rest (a gam is a glm too). */
  classes: readonly string[];
  /** The family in an error's text: "a ranger forest". */
  title: string;
  /** Throws a ModelError that names what is wrong with which part; `label` names the file. */
  read(value: RValue, label: string): Imported;
};
