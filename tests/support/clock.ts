/** A clock that stands until it is moved. */
export function clock() {
  let time = 0;
  return { now: () => time, pass: (ms: number) => (time += ms) };
}
