// The packaged handler under the clock, and a bare one: node tests/bench/handler-main.ts ENTRY, in its package's folder.
import { createRequire } from 'node:module';
import path from 'node:path';

/** What is asked: so many calls of one of the two; told are microseconds of CPU a call, all threads together. */
export type Calls = { event: unknown; calls: number; bare: boolean };
type Handler = (event: unknown, context: object) => Promise<unknown>;

const { handler } = createRequire(import.meta.url)(path.resolve(process.argv[2] as string)) as { handler: Handler };
const bare: Handler = async (event) => {
  const body = JSON.stringify(JSON.parse((event as { body: string }).body));
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
};
process.on('message', async ({ event, calls, bare: isBare }: Calls) => {
  const asked = isBare ? bare : handler;
  const context = { awsRequestId: 'bench', functionName: 'predict', getRemainingTimeInMillis: () => 8_000 };
  let said: unknown;
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) said = await asked(event, context);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ each: (user + system) / calls, said });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
