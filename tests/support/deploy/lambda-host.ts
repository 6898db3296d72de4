// Holds Lambda environments: the packaged handler in the folder its zip was unpacked to, loaded once for each. What is loaded
// later (the SDK, the page) they share: it keeps nothing of an environment.
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
const require = createRequire(import.meta.url);
const [file = '', count] = process.argv.slice(2);
const entry = path.resolve(file);
const handlers = Array.from({ length: Number(count) }, () => {
  delete require.cache[entry];
  return (require(entry) as { handler: Handler }).handler;
});
process.on('message', async ({ id, at, event }: { id: number; at: number; event: unknown }) => {
  const end = Date.now() + Number(process.env.HOST_MS ?? 8_000);
  const context = { awsRequestId: `invoke-${id}`, functionName: 'predict', getRemainingTimeInMillis: () => end - Date.now() };
  try {
    tell({ id, answer: await handlers[at]?.(event, context) });
  } catch (error) {
    tell({ id, thrown: String(error) });
  }
});
tell({ ready: true });
