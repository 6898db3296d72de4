// Holds one Lambda environment: the packaged handler, loaded once in the folder its zip was unpacked to.
import { createRequire } from 'node:module';
import path from 'node:path';

type Handler = (event: unknown, context: object) => Promise<unknown>;
const tell = (message: object) => process.send?.(message);

// The function's log is all that it writes; warnings and errors go to the standard error.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text: unknown) => {
    if (process.env.HOST_QUIET) return true;
    for (const line of String(text).trimEnd().split('\n')) tell({ log: line });
    return true;
  };
}
const { handler } = createRequire(import.meta.url)(path.resolve(process.argv[2] as string)) as { handler: Handler };
process.on('message', async ({ id, event }: { id: number; event: unknown }) => {
  const end = Date.now() + 8000;
  const context = { awsRequestId: `invoke-${id}`, functionName: 'predict', getRemainingTimeInMillis: () => end - Date.now() };
  try {
    tell({ id, answer: await handler(event, context) });
  } catch (error) {
    tell({ id, thrown: String(error) });
  }
});
tell({ ready: true });
