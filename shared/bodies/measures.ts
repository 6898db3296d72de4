/** A count with its noun, for people: "1 leaf", "1,024 leaves". */
export function count(number: number, one: string, many = `${one}s`): string {
  // By hand: the first toLocaleString() of a process loads the tables of a language, which takes 15 ms.
  const digits = String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${digits} ${number === 1 ? one : many}`;
}
