import { LIMITS } from './http-api.ts';

/** What goes back over the wire: names and values by turns, since a name may come twice (set-cookie). */
export type Outgoing = { status: number; headers: string[]; body: Uint8Array | string };

/** A result that API Gateway cannot send. The message says what was found. */
export class BadResult extends Error {}

/** The parts of a function's result in the format 2.0. */
type Result = { statusCode: unknown; headers?: unknown; cookies?: unknown; body?: unknown; isBase64Encoded?: unknown };

/** Headers of a result that API Gateway sets itself. */
const NOT_THEIRS = /^(?:connection|content-length|date|keep-alive|transfer-encoding|access-control-.*)$/;

/** What a function's result is on the wire (payload format 2.0). Throws a BadResult where it is none. */
export function toOutgoing(result: unknown): Outgoing {
  if (!hasStatus(result)) {
    // Without a statusCode the result itself is the body.
    const body = JSON.stringify(result) ?? '';
    return { status: 200, headers: ['content-type', 'application/json'], body: sized(body) };
  }
  const { statusCode: status, headers = {}, cookies = [], body = '', isBase64Encoded } = result;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new BadResult(`statusCode: found ${JSON.stringify(status)}, expected a whole number from 200 to 599`);
  }
  if (typeof body !== 'string') throw new BadResult(`body: found ${typeof body}, expected a text`);
  if (typeof headers !== 'object' || headers === null) throw new BadResult(`headers: found ${typeof headers}, expected an object`);
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (NOT_THEIRS.test(lower)) continue;
    list.push(lower, String(value));
  }
  if (!list.includes('content-type')) list.push('content-type', 'text/plain;charset=UTF-8');
  for (const cookie of Array.isArray(cookies) ? cookies : []) list.push('set-cookie', String(cookie));
  return { status, headers: list, body: isBase64Encoded === true ? Buffer.from(sized(body), 'base64') : sized(body) };
}

/** An answer that the gateway gives itself. */
export function gatewayAnswer(status: number, message: string): Outgoing {
  return { status, headers: ['content-type', 'application/json'], body: JSON.stringify({ message }) };
}

function hasStatus(result: unknown): result is Result {
  return typeof result === 'object' && result !== null && 'statusCode' in result;
}

function sized(body: string): string {
  if (body.length > LIMITS.payload) throw new BadResult(`body: found ${body.length} characters, expected at most ${LIMITS.payload}`);
  return body;
}
