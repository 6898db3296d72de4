/** 32-bit integers as XDR has them. */
export function xdr(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, at) => {
    bytes.writeInt32BE(number | 0, 4 * at);
  });
  return bytes;
}

/** A serialization, version 2, of a value's bytes. */
export function rds(...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('X\n'), xdr(2, 0x40202, 0x20300), ...parts]);
}

/** A symbol of that name. */
export function symbol(name: string): Buffer {
  return Buffer.concat([xdr(1, 9, name.length), Buffer.from(name)]);
}

/** A vector of doubles. */
export function doubles(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, at) => {
    bytes.writeDoubleBE(number, 8 * at);
  });
  return Buffer.concat([xdr(14, numbers.length), bytes]);
}

/** A compact sequence: class, package and type, then length, start and step, and no attributes. */
export function sequence(name: string, length: number): Buffer {
  return Buffer.concat([xdr(238, 2), symbol(name), xdr(2), symbol('base'), xdr(2, 13, 1, 13, 254), doubles(length, 1, 1), xdr(254)]);
}
