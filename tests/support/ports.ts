import net, { type AddressInfo } from 'node:net';

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

/** Different ports: all are held until the last is known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
