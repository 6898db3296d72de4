import type { Label, Schema } from './features.ts';

/** Deepest nesting of a schema and of a card. */
export const MAX_DEPTH = 8;

/** A model's name: what a URL, a log line, a terminal and SageMaker can carry. */
export const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** What people want to know of a model beside its numbers. It lies outside the sha256. */
export type Card = {
  name: string;
  title?: Label;
  description?: Label;
  /** What the model must not be used for, or where it ends. */
  limits?: Label;
  /** What a number of its answers is, for people; `percent` shows it as one. */
  answer?: {
    label?: Label | undefined;
    unit?: Label | undefined;
    percent?: boolean | undefined;
    /** What people see instead of a class's label, by the label. */
    classes?: Record<string, Label> | undefined;
    /** What the words of an answer mean, in a sentence that stands beside its reasons. */
    meaning?: Label | undefined;
  };
  /** What made the model: the file does not have ranger's version, but its call. */
  madeBy: string;
  /** The versions of R and ranger that made it, as far as the file says, and how it was saved. */
  versions?: string;
  /** The file it was imported from, without its folder, and that file's sha256. */
  source: { file: string; sha256: string };
  /**
   * Whose exp, log and pow the check rows were computed with, where they ask these: `glibc 2.36`. Artifacts of earlier versions have none
   * there, and JavaScript's in their check rows.
   */
  mathLibrary?: string;
  /** What is done to the features before the model has them, step by step. */
  pipeline?: PipelineStep[];
  /** An ISO 8601 date, where --date or SOURCE_DATE_EPOCH gave one. */
  date?: string;
  /** How it was trained, where that was done here. */
  training?: TrainingCard;
  /** R's own predictions that came with it: how many rows, how many of them are the same here, who said them (R 4.5.1), and whether they were drawn. */
  proof?: ProofCard;
};

/** What a card says of R's own predictions. */
export type ProofCard = { rows: number; agreed: number; by: string; drawn: boolean };

/** One step of a pipeline, by R's name of it: the columns that it makes or changes, and those that it drops; or that it is left out. */
export type PipelineStep = { step: string; gives?: string[]; drops?: string[]; skipped?: boolean };

/** A trained model's card: its data (the card's source is their file), how ranger was called, and what came of it out of the bag. */
export type TrainingCard = {
  rows: number;
  columns: number;
  formula: string;
  /** ranger's arguments that were given, by their names. */
  arguments: Record<string, unknown>;
  /** What set.seed() would be given in R, and ranger's argument seed. */
  seed?: number;
  rangerSeed: number;
  /** Whose forests these equal, and what grew them. */
  versions: { ranger: string; node: string };
  /** Numbers by name, out of the bag. */
  metrics: Record<string, number>;
  /** Numbers by name, of rows that it was not trained on, and how many these were. */
  validation?: { rows: number; metrics: Record<string, number> };
  importance?: Record<string, number>;
};

/** What is known of a model without its body. `sha256` is that of its schema and body. */
export type ModelInfo = { schema: Schema; card: Card; sha256: string };

/** A step of a pipeline by the columns that it gives other values, those that it adds and those that it drops. */
export type StepChange = { step: string; changes: string[]; adds: string[]; drops: string[]; skipped: boolean };

/** What each step of a pipeline does to the columns, from those that callers send on. */
export function stepChanges(pipeline: readonly PipelineStep[], features: readonly string[]): StepChange[] {
  const there = new Set(features);
  return pipeline.map(({ step, gives = [], drops = [], skipped = false }) => {
    const [changes, adds] = [gives.filter((name) => there.has(name)), gives.filter((name) => !there.has(name))];
    for (const name of adds) there.add(name);
    for (const name of drops) there.delete(name);
    return { step, changes, adds, drops, skipped };
  });
}
