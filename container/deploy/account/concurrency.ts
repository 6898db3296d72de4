import { withClient } from '../aws.ts';

/** Lambda keeps so many executions of an account for the functions that reserve none, and refuses to reserve them. */
const KEPT = 100;

/** What an account has to give: executions at once in all, those that no other function reserved, and how many were asked for. */
type Room = { limit: number; unreserved: number; wanted: number };

/**
 * How many executions are reserved for the function `predict`, and a sentence on it: what the gateway's throttle lets through in a second,
 * so that other functions of the account cannot take them, and this one cannot take all of theirs; undefined where the account has too few.
 */
export function reservationOf({ limit, unreserved, wanted }: Room): { reserved: number | undefined; said: string } {
  if (unreserved - KEPT >= wanted)
    return { reserved: wanted, said: `${wanted} executions at once are reserved for predict, of the ${limit} that the account has` };
  const said =
    `no execution is reserved for predict: found ${unreserved} of the account's ${limit} at once unreserved, expected ${wanted + KEPT} ` +
    `(${wanted} for a second of throttlingRate, and ${KEPT} that Lambda keeps for all other functions); Service Quotas gives more ` +
    '(Lambda, Concurrent executions), or --param reservedConcurrency=null says that none is wanted';
  return { reserved: undefined, said };
}

/** Asks the account what it has to give to the function `predict` of a stage. Throws an AwsError where nobody says. */
export async function roomFor(region: string, stage: string, throttlingRate: number): Promise<Room> {
  const { LambdaClient, GetAccountSettingsCommand, GetFunctionConcurrencyCommand } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({ region, maxAttempts: 2 });
  return withClient(client, async () => {
    const { AccountLimit = {} } = await client.send(new GetAccountSettingsCommand({}));
    // What this function has reserved already is not among the unreserved, and is its own to keep.
    const own = await client.send(new GetFunctionConcurrencyCommand({ FunctionName: `canopy-${stage}-predict` })).then(
      ({ ReservedConcurrentExecutions = 0 }) => ReservedConcurrentExecutions,
      (error: Error) => {
        if (error.name === 'ResourceNotFoundException') return 0;
        throw error;
      },
    );
    const { ConcurrentExecutions = 0, UnreservedConcurrentExecutions = 0 } = AccountLimit;
    return { limit: ConcurrentExecutions, unreserved: UnreservedConcurrentExecutions + own, wanted: Math.ceil(throttlingRate) };
  });
}
