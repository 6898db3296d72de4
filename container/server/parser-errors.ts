import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';

/** The status line for what Node's HTTP parser and its timers refuse, by the error's code; all else is a 400. */
const STATUS_LINES: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers what is no HTTP, or comes too slowly, as Node itself does (a status without a body, and the connection is closed), with the
 * header that every answer has. Nothing is said where an answer to an earlier request is under way, in whose midst it would stand.
 */
export function answerParserErrors(server: Server, connections: Connections): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    if (socket.writable && connections.isSilent(socket)) {
      const status = STATUS_LINES[error.code ?? ''] ?? '400 Bad Request';
      socket.write(`HTTP/1.1 ${status}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
    socket.destroy(error);
  });
  // What is expected beside 100-continue, which Node answers itself (RFC 9110, 10.1.1).
  server.on('checkExpectation', (_, response) => {
    response.writeHead(417, { 'x-content-type-options': 'nosniff', 'content-length': 0 }).end();
  });
}
