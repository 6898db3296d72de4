/** A count with its noun, for people: "1 leaf", "1,024 leaves". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
