// Holds one packaged handler for checkPackage: reads an event, prints the answer as the last line.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const file = path.resolve(process.argv[2] as string);
const { handler } = createRequire(import.meta.url)(file) as { handler: Handler };
const answer = await handler(JSON.parse(readFileSync(0, 'utf8')), { awsRequestId: 'check', getRemainingTimeInMillis: () => 60_000 });
process.stdout.write(`\n${JSON.stringify(answer)}\n`);
