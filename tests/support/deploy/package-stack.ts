import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverless } from '../lambda.ts';
import { PROJECT } from '../project.ts';

export type Resource = { Type: string; Condition?: string; Properties: Record<string, unknown> };
export type Template = { Resources: Record<string, Resource>; Outputs: Record<string, object>; Conditions: Record<string, object> };
export type Packaged = { output: string; template: Template };

/** Packages the service of a folder; no parameter is needed. Rejects with what the framework printed where it refuses. */
export async function packageStack(
  folder: string,
  params: string[] = [],
  { stage = 'dev', env = {} }: { stage?: string; env?: Record<string, string> } = {},
): Promise<Packaged> {
  const out = mkdtempSync(path.join(tmpdir(), 'canopy-stack-'));
  const work = folder === '.' ? [`workFolder=.esbuild/${path.basename(out)}`] : [];
  const given = [...params, ...work].flatMap((param) => ['--param', param]);
  try {
    const { code, output } = await serverless(['package', '--stage', stage, '--package', out, ...given], { folder, env });
    if (code !== 0) throw new Error(output);
    return { output, template: JSON.parse(readFileSync(path.join(out, 'cloudformation-template-update-stack.json'), 'utf8')) };
  } finally {
    rmSync(path.join(PROJECT, '.esbuild', path.basename(out)), { recursive: true, force: true });
    rmSync(out, { recursive: true, force: true });
  }
}
