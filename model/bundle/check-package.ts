import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { decodeArtifact, type Model } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { fromBits } from '../../shared/schema/integer64.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { toPredictions } from '../../shared/schema/shape.ts';

/** What Lambda takes of a function's package, unpacked, in bytes. */
const MOST_UNPACKED = 250 * 1024 * 1024;

/** A packaged function: its zip, the path of its handler in it, and its environment variables. */
export type PackagedFunction = { name: string; zip: string; handler: string; environment: Record<string, string> };

/**
 * Asks a packaged handler for the model's check rows, in a separate process with the package's files, and compares
 * the answer bit for bit: a bad artifact or a bad bundle would take endpoint and fallback down together. Throws a
 * ModelError where a number differs, the handler cannot be loaded, the artifact is not what its sha256 says, or the package
 * is too large for Lambda.
 */
export function checkPackage(packaged: PackagedFunction, model: Model, most = MOST_UNPACKED): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-check-'));
  try {
    unpack(packaged, folder, most);
    const { rows: event, outputs } = checkEvent(model);
    const expected = JSON.stringify(toPredictions(model.schema, defaultParameters(model.schema), outputs).predictions);
    const { predictions, detail } = ask(packaged, folder, event);
    const found = JSON.stringify(predictions);
    if (found !== expected)
      throw new ModelError(
        `function ${packaged.name}`,
        detail ?? found ?? 'no predictions',
        `its check rows' answers, ${expected.slice(0, 60)}...`,
      );
    // The function itself takes the artifact's sha256 for held.
    const file = packaged.environment.MODEL_FILE as string;
    decodeArtifact(readFileSync(path.join(folder, file)), `function ${packaged.name}, ${file}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpack({ name, zip }: PackagedFunction, folder: string, most: number): void {
  let bytes = 0;
  const files = unzipSync(readFileSync(zip), {
    filter: ({ originalSize }) => {
      bytes += originalSize;
      return bytes <= most;
    },
  });
  if (bytes > most) {
    const found = `${Math.ceil(bytes / 1024 / 1024)} MB unpacked with the model`;
    throw new ModelError(
      `function ${name}`,
      found,
      '250 MB at most, as Lambda takes; train fewer or smaller trees (num.trees, min.node.size)',
    );
  }
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
}

/** The check rows as a body, rows in the model's feature order, with their outputs; JSON has no word for one that is not finite. */
function checkEvent({ schema, checks }: Model): { rows: unknown[][]; outputs: Float64Array } {
  const width = schema.features.length;
  const outputs = checks.outputs.length / (checks.rows.length / width);
  const rows: unknown[][] = [];
  const kept: number[] = [];
  for (let row = 0; row < checks.rows.length / width; row += 1) {
    const expected = checks.outputs.subarray(row * outputs, (row + 1) * outputs);
    if (!expected.every(Number.isFinite)) continue;
    rows.push(schema.features.map((feature, column) => cell(feature, checks.rows[row * width + column]!)));
    kept.push(...expected);
  }
  return { rows, outputs: Float64Array.from(kept) };
}

/** A value as a caller writes it: a factor by its label, a missing one as null. */
function cell(feature: Feature, value: number): unknown {
  if (Number.isNaN(value)) return null;
  if (feature.type === 'integer64') return fromBits(value);
  if (feature.type === 'factor') return feature.levels[value - 1];
  return feature.type === 'logical' ? value === 1 : value;
}

type Answer = { predictions?: unknown[]; detail?: string };

function ask({ name, handler, environment }: PackagedFunction, folder: string, event: unknown): Answer {
  const host = fileURLToPath(new URL('./packaged-main.ts', import.meta.url));
  // Without an endpoint, so that the package answers by itself, and without credentials.
  const env = { ...environment, ENDPOINT_NAME: 'none', AWS_REGION: 'local' };
  try {
    const output = execFileSync(process.execPath, [host, handler], {
      cwd: folder,
      env,
      input: JSON.stringify(event),
      timeout: 60_000,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return JSON.parse(output.trim().split('\n').at(-1) as string);
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw new ModelError(
      `function ${name}`,
      stderr
        .trim()
        .split('\n')
        .find((line) => /Error|error/.test(line)) ?? message,
      'a handler that can be loaded and answers',
    );
  }
}
