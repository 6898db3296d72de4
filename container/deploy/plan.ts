import { costInWords, type Plan } from './costs.ts';
import type { Need } from './needs.ts';
import { endpointName, type Place, stackName } from './steps.ts';

/** The resources that each stack makes, by type; without an endpoint there is one stack. */
export type Made = { api: Map<string, number>; endpoint?: Map<string, number> };

/** What each step of a deploy does, in order, as `npm run deploy` then shows them. */
export function stepsOf(place: Place, plan: Plan): string[] {
  const api = `the API: package ${stackName('api', place.stage)}, compute the model's check rows in the package, deploy it`;
  if (plan.hosting === 'none') return [api];
  const kind = plan.hosting === 'serverless' ? 'serverless' : `${plan.instanceCount} x ${plan.instanceType}`;
  return [
    api,
    `repository, bucket and role: deploy ${stackName('endpoint', place.stage)} without an endpoint, where it is not there`,
    'image and model: build the image, push it, put the model into the bucket',
    `the endpoint: deploy ${stackName('endpoint', place.stage)} with ${endpointName(place.stage)}, ${kind}`,
    `the API, with the name of the endpoint: deploy ${stackName('api', place.stage)} again, where it does not have ${endpointName(place.stage)}`,
  ];
}

/** The whole plan in words: stacks, steps, needs and costs. */
export function planInWords(place: Place, plan: Plan, made: Made, needs: Need[], idle: string[]): string {
  const lines = ['stacks'];
  lines.push(`  ${stackName('api', place.stage)}: ${resources(made.api)}`);
  if (made.endpoint !== undefined) lines.push(`  ${stackName('endpoint', place.stage)}: ${resources(made.endpoint)}`);
  lines.push('steps', ...stepsOf(place, plan).map((step, at) => `  ${at + 1} ${step}`));
  lines.push('needs');
  for (const { name, found, isThere } of needs) {
    const mark = isThere === undefined ? 'not known' : isThere ? 'there' : 'MISSING';
    lines.push(`  ${name.padEnd(12)} ${mark.padEnd(9)} ${found}`);
  }
  lines.push('costs', `  ${costInWords(plan)}`);
  if (idle.length > 0) lines.push('notes', ...idle.map((note) => `  ${note}`));
  const missing = needs.filter(({ isThere }) => isThere === false).map(({ name }) => name);
  lines.push(missing.length > 0 ? `nothing was changed; a deploy would stop for want of: ${missing.join(', ')}` : 'nothing was changed');
  return lines.join('\n');
}

function resources(made: Map<string, number>): string {
  const total = [...made.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...made].sort(([one], [other]) => (one < other ? -1 : 1)).map(([type, count]) => `${count} ${type.replace('AWS::', '')}`);
  return `${total} resources (${parts.join(', ')})`;
}
