import { type Caller, withClient } from './aws.ts';
import type { Statement } from './rights.ts';

/** What IAM says of a caller's rights: the actions that it would deny. */
export type Verdict = { asked: number; denied: string[] };

/**
 * Asks IAM (SimulatePrincipalPolicy) which of the statements' actions it would deny to a caller, each on a resource as this deploy would
 * name it. Limits of the organization above the account are not in its answer. Throws an AwsError where IAM does not say.
 */
export async function deniedRights(region: string, stage: string, caller: Caller, statements: Statement[]): Promise<Verdict> {
  const asked = statements.reduce((sum, { Action }) => sum + Action.length, 0);
  if (/^arn:[^:]+:iam::\d+:root$/.test(caller.arn)) return { asked, denied: [] };
  const { IAMClient, SimulatePrincipalPolicyCommand, GetRoleCommand } = await import('@aws-sdk/client-iam');
  const client = new IAMClient({ region, maxAttempts: 2 });
  return withClient(client, async () => {
    const role = /^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//.exec(caller.arn)?.[1];
    // The path of a role is not in the name that STS gives.
    const source = role === undefined ? caller.arn : ((await client.send(new GetRoleCommand({ RoleName: role }))).Role?.Arn ?? caller.arn);
    const denied = new Set<string>();
    for (const { Action, Resource, Condition } of statements) {
      const service = (Condition?.StringEquals as Record<string, string> | undefined)?.['iam:PassedToService'];
      const command = new SimulatePrincipalPolicyCommand({
        PolicySourceArn: source,
        ActionNames: Action,
        ResourceArns: Resource.map((pattern) => concrete(pattern, region, stage, caller.account)),
        ...(service === undefined
          ? {}
          : { ContextEntries: [{ ContextKeyName: 'iam:PassedToService', ContextKeyType: 'string', ContextKeyValues: [service] }] }),
        MaxItems: 1_000,
      });
      for (const { EvalActionName = '', EvalDecision } of (await client.send(command)).EvaluationResults ?? [])
        if (EvalDecision !== 'allowed') denied.add(EvalActionName);
    }
    return { asked, denied: [...denied].sort() };
  });
}

/** A resource as a pattern of the policy has it, in this account. */
function concrete(pattern: string, region: string, stage: string, account: string): string {
  if (pattern === '*') return pattern;
  const parts = pattern.split(':');
  const [, , , place, owner] = parts;
  if (place === '*') parts[3] = region;
  if (owner === '*') parts[4] = account;
  return parts.join(':').replace('canopy-*', `canopy-${stage}`).replaceAll('*', 'x');
}
