import { RequestError } from '../errors.ts';

/** Inflates gzip; gives undefined where there are more than so many bytes, and throws where it is no gzip, or a RequestError where there is no room. */
export type Inflate = (bytes: Uint8Array, most: number) => Promise<Uint8Array | undefined>;

/** Whether a body is compressed, by its Content-Encoding (RFC 9110, 8.4). Throws a 415 for a coding that is not read. */
export function isCompressed(contentEncoding: string | undefined): boolean {
  if (contentEncoding === undefined) return false;
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  const asked = codings.filter((coding) => coding !== '' && coding !== 'identity');
  if (asked.length === 0) return false;
  if (asked.length === 1 && (asked[0] === 'gzip' || asked[0] === 'x-gzip')) return true;
  throw new RequestError(415, 'the content encoding of the body cannot be read; expected gzip, or none', [], { 'accept-encoding': 'gzip' });
}

/** A compressed body as it was, at most `most` bytes. Throws a 413 for a larger one, a 400 for one that is no gzip. */
export async function inflateBody(body: Uint8Array, most: number, inflate: Inflate): Promise<Uint8Array> {
  let plain: Uint8Array | undefined;
  try {
    plain = await inflate(body, most);
  } catch (error) {
    // There is no room for it.
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, 'the body is not gzip, although its content encoding says so');
  }
  if (!plain) throw new RequestError(413, `the body has more than ${most} bytes, inflated; expected at most ${most}`);
  return plain;
}
