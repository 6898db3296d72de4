import { isAscii, isUtf8 } from 'node:buffer';

/** How a text's bytes are to be read: as UTF-8, a byte a character, or by a decoder; `undefined` decodes ASCII alone. */
export type Encoding = 'utf-8' | 'bytes' | { decoder: TextDecoder | undefined };

/** R takes what is marked as latin1 for windows-1252 (sysutils.c), its superset. */
export const LATIN1: Encoding = { decoder: new TextDecoder('windows-1252') };

/** Windows' code pages that TextDecoder has under another name (the Encoding Standard's labels). */
const CODE_PAGES: Record<string, string> = {
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  54936: 'gb18030',
  65001: 'utf-8',
};

/** The encoding that a file names as its native encoding: CP874, EUC-KR, ISO8859-2, windows-1252. */
export function encodingOf(name: string): Encoding {
  const page = /^(?:cp|windows-?|ibm-?)?(\d{3,5})$/i.exec(name)?.[1];
  const iso = /^iso[-_]?8859[-_](\d{1,2})$/i.exec(name)?.[1];
  const label = page !== undefined ? (CODE_PAGES[page] ?? `windows-${page}`) : iso !== undefined ? `iso-8859-${iso}` : name;
  if (/^latin-?1$/i.test(label) || label === 'iso-8859-1') return LATIN1;
  // ASCII is what R names in the C locale, where texts may be UTF-8 all the same.
  if (label === '' || /^(?:utf-?8|us-ascii|ascii|ansi_x3\.4-1968)$/i.test(label)) return 'utf-8';
  const spellings = [label, label.replace(/^euc(?=jp|kr|cn|tw)/i, 'euc-'), label.replaceAll('_', '-')];
  for (const spelling of spellings) {
    try {
      return { decoder: new TextDecoder(spelling, { fatal: true }) };
    } catch {
      // Another spelling may be known.
    }
  }
  return { decoder: undefined };
}

/**
 * The text of some bytes. Where they are none in their encoding, each byte beyond ASCII becomes half a surrogate pair, which
 * no other text has: such a text may stand in a file, but is refused where it is a name or a label (see isText).
 */
export function decodeText(bytes: Buffer, encoding: Encoding): string {
  if (encoding === 'bytes') return bytes.toString('latin1');
  if (encoding === 'utf-8') {
    const text = bytes.toString('utf-8');
    return text.includes('\ufffd') && !isUtf8(bytes) ? escaped(bytes) : text;
  }
  if (isAscii(bytes)) return bytes.toString('latin1');
  try {
    return encoding.decoder?.decode(bytes) ?? escaped(bytes);
  } catch {
    return escaped(bytes);
  }
}

function escaped(bytes: Buffer): string {
  const units = Uint16Array.from(bytes);
  for (let at = 0; at < units.length; at += 1) if (units[at]! >= 0x80) units[at]! += 0xdc00;
  return Buffer.from(units.buffer).toString('utf16le');
}

/** Whether a text was read as what it is. */
export function isText(text: string): boolean {
  return text.isWellFormed();
}
