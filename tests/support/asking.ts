import { readFileSync } from 'node:fs';
import { importModel } from '../../model/artifact/import.ts';
import { readRFile } from '../../model/rds/rds.ts';
import type { RValue } from '../../model/rds/values.ts';
import type { Imported, Reader } from '../../model/readers/reader.ts';
import { decodeArtifact, type Model } from '../../shared/artifact.ts';
import { answerQuery, checkPredictor, type Predictor } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from './golden.ts';

/** The R object in a golden's file. */
export function objectOf(name: string): RValue {
  return readRFile(readFileSync(golden(name).file), 'm.RDS').value as RValue;
}

/** What a reader makes of a value, checked as an artifact's would be. */
export function openedBy(reader: Reader, value: RValue): Imported {
  const model = reader.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return model;
}

/** The whole answer of a model to rows. */
export function answerOf(model: Predictor, rows: object[], parameters: object = {}) {
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters }));
}

const MODELS = new Map<string, Model>();

/** The model of a golden, by its artifact. */
export function modelOf(name: string): Model {
  const model = MODELS.get(name) ?? decodeArtifact(importModel(golden(name).file));
  MODELS.set(name, model);
  return model;
}

/** The error that some work throws as a text: its message, and the path and the message of its first problem. */
export function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { message, problems } = error as { message: string; problems?: { path: string; message: string }[] };
    return [message, problems?.[0]?.path, problems?.[0]?.message].join(' ');
  }
  return 'nothing was thrown';
}
