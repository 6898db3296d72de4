import { createServer } from 'node:net';

/** Everything listens here alone. */
export const HOST = '127.0.0.1';

/** What keeps the stack from starting, in words for whoever started it. */
export class Refusal extends Error {}

/** The variables of the ports. */
export const PORT_NAMES = ['API_PORT', 'CONTAINER_PORT', 'RUNTIME_PORT'];

export type Ports = { api: number; container: number; runtime: number };

/** The ports the stack takes, each by its variable. Throws a Refusal where one is no port, given twice or taken. */
export async function readPorts(environment: NodeJS.ProcessEnv, withContainer: boolean): Promise<Ports> {
  const ports = {
    api: readPort(environment, 'API_PORT', 3000),
    container: readPort(environment, 'CONTAINER_PORT', 8080),
    runtime: readPort(environment, 'RUNTIME_PORT', 8081),
  };
  const needed: [string, number][] = [['API_PORT', ports.api]];
  if (withContainer) needed.push(['CONTAINER_PORT', ports.container], ['RUNTIME_PORT', ports.runtime]);
  const problems: string[] = [];
  for (const [at, [name, port]] of needed.entries()) {
    const other = needed.slice(0, at).find(([, taken]) => taken === port)?.[0];
    if (other !== undefined) problems.push(`${name} and ${other} are both ${port}, expected two ports`);
    else if (!(await isFree(port))) problems.push(`port ${port} on ${HOST} is taken by another process; set ${name} to another`);
  }
  if (problems.length > 0) throw new Refusal(problems.join('\n'));
  return ports;
}

function readPort(environment: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = environment[name] || String(otherwise);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) throw new Refusal(`${name}: found ${JSON.stringify(text)}, expected a whole number from 1 to 65535`);
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
