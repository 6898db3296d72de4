// Holds the faulty runtime in a process of its own, so that the load generator's clock is not disturbed by it.
import type { AddressInfo } from 'node:net';
import { createFaultyRuntime, type Fault } from './proxy.ts';

const { server, set, calls } = createFaultyRuntime({ endpointName: 'canopy-test', containerUrl: process.argv[2] as string });
process.on('message', (fault: Fault) => {
  set(fault);
  process.send?.({ calls: calls() });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
