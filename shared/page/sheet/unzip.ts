/*
 * Unpacks the XML files of a workbook with what the browser has. It stands in the place of fflate in the bundle
 * (model/bundle/build-page.ts), which starts workers that the page's security policy forbids, and knows no limits.
 */

/** Most bytes that all files of a workbook may become together, and most files. Its cells are counted in cells.ts. */
const MOST_BYTES = 50_000_000;
const MOST_FILES = 1_000;
/** Where the directory's end may begin at the earliest, counted from the file's end: a comment has at most 65,535 bytes. */
const END_SEARCH = 65_557;

/** Unpacks an archive's XML files by their names. Calls back with an error where it is no archive that can be read, or too large. */
export function unzip(archive: Uint8Array, done: (error: Error | null, files: Record<string, Uint8Array>) => void): void {
  unpack(archive).then(
    (files) => done(null, files),
    (error) => done(error, {}),
  );
}

/** The text of bytes in UTF-8: the other function of fflate that the reader calls. */
export function strFromU8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function unpack(archive: Uint8Array): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = Object.create(null);
  let left = MOST_BYTES;
  for (const { name, method, packed } of entriesOf(archive)) {
    const bytes = method === 0 ? packed : await inflate(packed, left);
    left -= bytes.length;
    if (left < 0) throw new RangeError('a workbook that is too large');
    files[name] = bytes;
  }
  return files;
}

/** The XML files in an archive's directory (PKWARE's APPNOTE, 4.3). */
function entriesOf(archive: Uint8Array): { name: string; method: number; packed: Uint8Array }[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - 22;
  while (end >= Math.max(0, archive.length - END_SEARCH) && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw new Error('no end of a directory');
  const count = view.getUint16(end + 10, true);
  if (count > MOST_FILES) throw new RangeError('too many files');
  const entries: { name: string; method: number; packed: Uint8Array }[] = [];
  let at = view.getUint32(end + 16, true);
  for (let entry = 0; entry < count; entry += 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error('no entry of a directory');
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true)];
    const [nameSize, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameSize));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (/\.xml(?:\.rels)?$/.test(name)) entries.push({ name, method, packed: archive.subarray(start, start + size) });
    at += 46 + nameSize + extra + comment;
  }
  return entries;
}

/** Inflates bytes, and stops as soon as they are more than `most`. */
async function inflate(packed: Uint8Array, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const source = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  for (;;) {
    const { done, value } = await source.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await source.cancel();
      throw new RangeError('a workbook that is too large');
    }
    pieces.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
