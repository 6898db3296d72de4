import { randomInt } from 'node:crypto';
import net from 'node:net';

/** Ports below those that systems give to connections that go out (from 32,768 on Linux): none of these takes one between here and its server. */
const [LEAST, BEYOND] = [12_000, 32_000];

/** A port of 127.0.0.1 that nobody listens on, for a server that cannot take port 0. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** The variables that give each server of `npm start` a port of its own. */
export async function startPorts(): Promise<{ API_PORT: string; CONTAINER_PORT: string; RUNTIME_PORT: string }> {
  const [api, container, runtime] = await freePorts(3);
  return { API_PORT: String(api), CONTAINER_PORT: String(container), RUNTIME_PORT: String(runtime) };
}

/** Different ports, drawn: all are held until the last is known. */
async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, net.Server>();
  while (held.size < count) {
    const [port, server] = [randomInt(LEAST, BEYOND), net.createServer()];
    const isFree = new Promise<boolean>((resolve) =>
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)),
    );
    if (await isFree) held.set(port, server);
  }
  for (const server of held.values()) await new Promise((resolve) => server.close(resolve));
  return [...held.keys()];
}
