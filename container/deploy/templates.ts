import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { framework, type Place, PROJECT, type Stack } from './steps.ts';

/** What of a CloudFormation template is read here. */
export type Template = { Resources: Record<string, { Type: string; Condition?: string }>; Conditions?: Record<string, unknown> };

/** Packages a stack as a deploy would, in separate folders, and gives its template. Throws an AwsError where packaging fails. */
export async function packagedTemplate(stack: Stack, place: Place, params: Record<string, string>): Promise<Template> {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-plan-'));
  const work = `.esbuild/${path.basename(folder)}`;
  try {
    await framework(stack, 'package', place, stack === 'api' ? { ...params, workFolder: work } : params, ['--package', folder]);
    return JSON.parse(readFileSync(path.join(folder, 'cloudformation-template-update-stack.json'), 'utf8')) as Template;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (stack === 'api') rmSync(path.join(PROJECT, work), { recursive: true, force: true });
  }
}

/** The resources that a template makes, as its conditions have it: how many of each type. */
export function resourcesMade({ Resources, Conditions = {} }: Template): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { Type, Condition } of Object.values(Resources)) {
    if (Condition === undefined || holds({ Condition }, Conditions)) counts.set(Type, (counts.get(Type) ?? 0) + 1);
  }
  return counts;
}

/** A condition's value. Our conditions compare texts alone, since parameters are the framework's and already in place. */
function holds(condition: unknown, all: Record<string, unknown>): boolean {
  const [[kind, value] = []] = Object.entries(condition as Record<string, unknown>);
  switch (kind) {
    case 'Condition':
      return holds(all[value as string], all);
    case 'Fn::Not':
      return !holds((value as unknown[])[0], all);
    case 'Fn::And':
      return (value as unknown[]).every((inner) => holds(inner, all));
    case 'Fn::Or':
      return (value as unknown[]).some((inner) => holds(inner, all));
    case 'Fn::Equals': {
      const [one, other] = value as unknown[];
      return String(one) === String(other);
    }
    default:
      throw new Error(`a template's condition: found ${kind}, expected Fn::Equals, Fn::Not, Fn::And, Fn::Or or Condition`);
  }
}
