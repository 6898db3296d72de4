const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes in UTF-8 as a text, without a byte-order mark. Throws a TypeError where they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

/** The value of JSON in UTF-8. Throws a TypeError where the bytes are not UTF-8, and a SyntaxError where the text is not JSON. */
export function utf8Json(bytes: Uint8Array): unknown {
  return JSON.parse(UTF8.decode(bytes));
}
