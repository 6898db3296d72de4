import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeArtifact, type Model, sha256Of } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import type { Predictor } from '../../shared/predict.ts';
import { prove } from '../../shared/proof/proof.ts';
import { encodeProof } from '../../shared/proof/section.ts';
import type { ProofCard } from '../../shared/schema/card.ts';
import { replaceFile } from './replace-file.ts';
import type { RSession, Sidecar } from './sidecar/form.ts';

/**
 * How far numbers may be from R's where R summed or computed in another way than promised, as a part of the greatest of them. Terms that nearly
 * cancel (a separable glm, powers of a column) lose some of a double's 16 digits; another model differs by far more.
 */
const NEAR = 1e-9;

/** What an artifact gets of R's own predictions: what its card says of them, and their section where all of them agree. */
export type Proved = { card?: ProofCard; section?: Uint8Array };

/**
 * Computes the predictions again that R wrote into a sidecar. Throws a ModelError that names the first row that differs, with both
 * numbers; with `accept` the card says how many agree, and the artifact has no section of them.
 */
export function proveSidecar(model: Predictor, { proof, r, python }: Sidecar, label: string, accept: boolean): Proved {
  if (!proof) return {};
  const [engine] = Object.entries(python?.packages ?? {});
  const by = r ? `R ${r.version}` : engine ? engine.join(' ') : 'its engine';
  const whole = { by, ...exactness(model, r, python), ...proof };
  checkLengths(proof, label);
  const { rows, agreed, first } = prove(model, whole, label);
  const card = { rows, agreed, by, drawn: proof.drawn };
  if (first === undefined) return { card, section: encodeProof(whole, sha256Of) };
  if (accept) return { card };
  const found = `${first} (${agreed} of ${rows} rows agree)`;
  throw new ModelError(
    label,
    found,
    "R's own predictions: call canopy_save() again for this model, or look at it with --accept-differences",
  );
}

/** One value a column in each row, one prediction a row. */
function checkLengths({ columns, rows, answers }: NonNullable<Sidecar['proof']>, label: string): void {
  const short = rows.findIndex((row) => row.length !== columns.length);
  if (short >= 0)
    throw new ModelError(label, `row ${short + 1} of R's rows with ${rows[short]!.length} values`, `${columns.length}, one a column`);
  const odd = answers.flatMap(({ predictions, se = predictions }) => [predictions, se]).find((list) => list.length !== rows.length);
  if (odd) throw new ModelError(label, `${odd.length} predictions of R`, `${rows.length}, one a row`);
}

/**
 * How near numbers have to be: the bits (or as many units as the body says) where R ran on what is promised for, else 1e-9 of the
 * greatest of them; the same for pipelines, in which a step by matrices may sum in another order.
 */
function exactness({ schema, steps, body }: Predictor, r?: RSession, python?: RSession): { ulp: number; within: number } {
  const ulp = body.kind.ulp(schema, body.data);
  return { ulp, within: (r ? isPromised(r) && hasReference(r) : isPromised(python)) && !steps ? 0 : NEAR };
}

/** Whether R ran with the reference BLAS. */
function hasReference({ blas = '' }: RSession): boolean {
  return /(?:^|\/)(?:blas\/libblas|libRblas)/.test(blas);
}

/** Whether it ran with a C library whose functions have the same bits as ours. */
function isPromised({ platform = '', libc = '', fma }: Partial<RSession> = {}): boolean {
  const [, minor = '0'] = /^glibc 2\.(\d{1,3})/.exec(libc) ?? [];
  return /^x86_64-.*linux/.test(platform) && fma === true && Number(minor) >= 28 && Number(minor) <= 40;
}

/** The file of an artifact without R's predictions, beside it; the artifact itself where it has none. */
export function leanArtifact(file: string, { proof }: Model): string {
  if (!proof) return file;
  const bytes = new Uint8Array(readFileSync(file));
  const lean = path.join(path.dirname(file), 'function', 'model.canopy');
  mkdirSync(path.dirname(lean), { recursive: true });
  replaceFile(lean, withoutProof(bytes, decodeArtifact(bytes, file).proof));
  return lean;
}

/** An artifact's bytes without R's predictions: what a function carries, whose start does not read them. */
export function withoutProof(bytes: Uint8Array, proof: Uint8Array | undefined): Uint8Array {
  if (!proof) return bytes;
  const at = proof.byteOffset - bytes.byteOffset;
  const kept = new Uint8Array(bytes.length - proof.length);
  kept.set(bytes.subarray(0, at));
  kept.set(bytes.subarray(at + proof.length), at);
  return kept;
}
