import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../shared/errors.ts';

/** After a head that another server may have read in another way, nothing on its connection is trusted. */
const CLOSE = { connection: 'close' };

/**
 * Refuses a head that Node's parser lets through and that a proxy before us may have read otherwise (RFC 9112, 3.2 and 6.1): a
 * second Host (400), and a transfer coding beside chunked, which nobody here can decode (501).
 */
export function checkHead({ rawHeaders, headers }: IncomingMessage): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) throw new RequestError(400, `found ${hosts} Host headers, expected one`, [], CLOSE);
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    throw new RequestError(501, 'the transfer encoding cannot be read; expected chunked alone', [], CLOSE);
  }
}
