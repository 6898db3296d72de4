/** Values that may stand behind the last one, since they are packed by eight; so many groups of eight more than are needed. */
const SPARE_GROUPS = 64;

/**
 * Checks values of `width` bits in runs and groups of eight (RLE and bit-packing, as Parquet has them) before they are read: a few bytes may
 * say that a run has a thousand million. Throws an Error for one of more values than are left of `values`, and where bytes end in a run's
 * length. Gives how many values there are, of which the last eight may be none.
 */
export function checkRuns(bytes: Uint8Array, width: number, values: number): number {
  let [at, seen] = [0, 0];
  while (seen < values && at < bytes.length) {
    let head = 0;
    let byte = 0x80;
    for (let shift = 0; byte & 0x80; shift += 7) {
      byte = bytes[at] ?? 0xff;
      at += 1;
      if (shift > 28) throw new Error('a run whose length does not end');
      head += (byte & 0x7f) * 2 ** shift;
    }
    const left = values - seen;
    const count = head % 2 === 1 ? 8 * Math.floor(head / 2) : head / 2;
    const most = head % 2 === 1 ? 8 * (Math.ceil(left / 8) + SPARE_GROUPS) : left;
    if (count > most) throw new Error(`a run of ${count} values where ${left} are left`);
    at += head % 2 === 1 ? (count / 8) * width : Math.ceil(width / 8);
    seen += count;
  }
  return seen;
}
