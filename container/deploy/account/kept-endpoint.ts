import { stackOutputs } from '../aws.ts';
import type { Plan } from '../costs.ts';
import { type Place, stackName } from '../steps.ts';

/** Serverless inference may take a cold start's first moments, so its deadline is longer. In milliseconds, as a parameter of the API's stack. */
export function deadlineOf(hosting: string | undefined, params: Record<string, string>): string {
  return params.endpointDeadlineMs ?? (hosting === 'serverless' ? '1000' : '250');
}

/**
 * The endpoint that a stage's API asks now, with its deadline, as parameters of the API's stack; none where it asks none. A plan without an
 * endpoint says nothing of the one that is there, so its stack is asked. Throws an AwsError where nobody says.
 */
export async function keptEndpoint(
  { region, stage }: Place,
  { hosting }: Plan,
  params: Record<string, string>,
): Promise<Record<string, string>> {
  const { EndpointName: endpoint = 'none' } = (await stackOutputs(region, stackName('api', stage))) ?? {};
  if (endpoint === 'none') return {};
  const there = hosting === 'none' ? (await stackOutputs(region, stackName('endpoint', stage)))?.InstanceType : hosting;
  return { endpoint, endpointDeadlineMs: deadlineOf(there, params) };
}
