import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { verifyArtifact } from '../../model/artifact/import.ts';
import { printable } from '../../model/artifact/printable.ts';
import { replaceFile } from '../../model/artifact/replace-file.ts';
import { explain } from '../../model/commands/explain.ts';
import { trainFile } from '../../model/train/artifact.ts';
import { reportHtml } from '../../model/train/report/page.ts';
import { ModelError } from '../../shared/errors.ts';
import { checkHosts, findChannels } from './channels.ts';
import { readConfig } from './config.ts';
import { readHyperparameters } from './hyperparameters.ts';
import { measureLine } from './measures.ts';
import type { Places } from './places.ts';

/** How a training ends: trained; asked for what cannot be done; the machine could not; stopped by SIGTERM. */
export const EXIT = { trained: 0, refused: 1, machine: 2, stopped: 143 } as const;

/** What a job leaves: the artifact and its report, and the measures by their names in the log. */
export type Result = { artifact: Uint8Array; report: string; measures: Record<string, number>; about: Record<string, unknown> };

/** Why a job has no model: a sentence, and the exit code. */
export type Failure = { sentence: string; code: number };

/** Heard while trees grow: how many are grown, of how many. */
export type OnGrown = (grown: number, trees: number) => void;

/** Trains what the folders of a job ask for; nothing is written. Throws a ModelError for what cannot be used. */
export async function runJob(places: Places, onGrown: OnGrown = () => {}): Promise<Result> {
  const config = readConfig(places.hyperparameters);
  if (!config) throw new ModelError(places.hyperparameters, 'no such file', 'the hyperparameters, texts by name');
  const request = readHyperparameters(config);
  checkHosts(places);
  const { train, validation } = findChannels(places);
  const trees = request.arguments['num.trees'] ?? 500;
  const done = await trainFile(train.data, {
    ...request,
    sidecar: train.sidecar,
    validation: validation?.data,
    output: `${path.parse(train.data).name}.canopy`,
    onProgress: (grown) => onGrown(grown, trees),
  });
  const model = verifyArtifact(done.artifact, path.basename(places.model));
  const { rows, columns, metrics, validation: held } = done.card;
  const measures = { ...named('oob', metrics), ...named('validation', held?.metrics ?? {}) };
  const about = { name: model.card.name, sha256: model.sha256, rows, columns, validationRows: held?.rows ?? 0, trees };
  return { artifact: done.artifact, report: reportHtml(done, model), measures, about };
}

function named(prefix: string, numbers: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [`${prefix}:${name}`, value]));
}

/**
 * Writes what a job leaves, the model first; `say` gets the lines of the log. Throws where there is no room for the model; a report that
 * cannot be written is no reason to lose the model, and is said.
 */
export function writeResult(places: Places, { artifact, report, measures, about }: Result, say: (line: string) => void): void {
  write(places.model, artifact);
  for (const [file, text] of [
    [places.report, report],
    [places.metrics, `${JSON.stringify({ ...about, measures }, undefined, 2)}\n`],
  ] as const) {
    try {
      write(file, text);
    } catch (error) {
      say(`left out: ${explain(error)}`);
    }
  }
  for (const [name, value] of Object.entries(measures)) say(measureLine(name, value));
  say(printable(`${places.model}: ${artifact.byteLength} bytes, ${about.name}, sha256 ${about.sha256}`));
}

function write(file: string, content: Uint8Array | string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile(file, content);
}
