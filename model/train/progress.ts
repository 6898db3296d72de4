/** Milliseconds between two lines of progress: ranger waits 30 seconds, which is long before a screen. */
const INTERVAL = 1000;

/** Told of every tree that is grown, shows a line each second, with the time that is left, in ranger's words. */
export function progressLine(
  trees: number,
  show: (line: string) => void,
  now: () => number = () => performance.now(),
): (grown: number) => void {
  const start = now();
  let last = start;
  return (grown) => {
    const time = now();
    if (time - last < INTERVAL || grown >= trees || grown === 0) return;
    last = time;
    const share = grown / trees;
    const left = Math.floor((1 / share - 1) * ((time - start) / 1000));
    const bar = '#'.repeat(Math.round(20 * share)).padEnd(20, '.');
    show(`Growing trees.. [${bar}] Progress: ${Math.round(100 * share)}%. Estimated remaining time: ${inWords(left)}.`);
  };
}

/** A time in days, hours, minutes and seconds, as ranger writes it. */
export function inWords(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first === -1 ? [] : parts.slice(first).map(([count, name]) => `${count} ${name}${count === 1 ? '' : 's'}`);
  return [...shown, `${seconds % 60} seconds`].join(', ');
}
