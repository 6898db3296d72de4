/** A text with whatever could move a terminal's cursor or turn its writing around written as an escape. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u${char.codePointAt(0)?.toString(16).padStart(4, '0')}`);
}

/** Lines as they are printed, each made printable. */
export function printableLines(lines: string[]): string {
  return `${lines.map(printable).join('\n')}\n`;
}

/** A text of several lines as it is printed, all but its tabs made printable: what AWS, a registry or a container says may have anything in it. */
export function printableText(text: string): string {
  const lines = text.split(/\r?\n/);
  return `${lines.map((line) => line.split('\t').map(printable).join('\t')).join('\n')}\n`;
}
