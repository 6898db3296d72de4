import type { PagePart } from '../page/base/parts.ts';
import type { Reply } from './reply.ts';

/** A compression that a client may take (RFC 9110, 8.4.1; br: RFC 7932). */
export type Coding = 'br' | 'gzip';
/** A reply's body, compressed or not, with the header that says so. */
export type Coded = { headers: Record<string, string> } & Pick<Reply, 'body' | 'base64'>;

/** Loaded for the page alone: it takes milliseconds of a function's start. */
const zlib = () => process.getBuiltinModule('node:zlib');
/** Of brotli's 0 to 11, for what is compressed at each request: a fraction of a millisecond for a page. */
const QUICK = 5;
/** Texts of the parts, and their gzip, by part: most clients take them compressed, as they are kept. */
const texts = new WeakMap<PagePart, string>();
const gzips = new WeakMap<PagePart, Coded>();

/** Most codings of an Accept-Encoding that are looked at, and parts of each. */
const MOST = { codings: 100, parts: 32 };

/** What to compress with for a client, by its Accept-Encoding (RFC 9110, 12.5.3): brotli where it is taken. */
export function codingOf(acceptEncoding: string | undefined): Coding | undefined {
  const taken = new Map<string, boolean>();
  for (const one of (acceptEncoding ?? '').toLowerCase().split(',', MOST.codings)) {
    const [name = '', ...parameters] = one.split(';', MOST.parts).map((text) => text.trim());
    taken.set(name, !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter)));
  }
  return (['br', 'gzip'] as const).find((coding) => taken.get(coding) ?? taken.get('*') ?? false);
}

/** A part of the page for a client. */
export function codedPart(part: PagePart, coding: Coding | undefined): Coded {
  if (coding === 'br') return compressed(part.brotli, coding);
  const text = texts.get(part) ?? zlib().brotliDecompressSync(Buffer.from(part.brotli, 'base64')).toString();
  texts.set(part, text);
  if (coding !== 'gzip') return codedText(text, coding);
  const coded = gzips.get(part) ?? codedText(text, coding);
  gzips.set(part, coded);
  return coded;
}

/** A text for a client. */
export function codedText(text: string, coding: Coding | undefined): Coded {
  if (coding === 'gzip') return compressed(zlib().gzipSync(text).toString('base64'), coding);
  if (coding === 'br') {
    const { brotliCompressSync, constants } = zlib();
    const params = { [constants.BROTLI_PARAM_QUALITY]: QUICK };
    return compressed(brotliCompressSync(text, { params }).toString('base64'), coding);
  }
  return { headers: {}, body: text };
}

function compressed(body: string, coding: Coding): Coded {
  return { headers: { 'content-encoding': coding }, body, base64: true };
}
