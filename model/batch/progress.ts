/** How far a run is: rows that are written, and which part of the input that is, from 0 to 1, where its size is known. */
export type Progress = { rows: number; bad: number; share: number | undefined };

/** Where progress is shown: a terminal has one line that changes, and all else gets a line now and then. */
export type Screen = { isTerminal: boolean; columns: number; write(text: string): void };

/** Milliseconds between two lines, on a terminal and elsewhere. */
const EVERY_MS = { terminal: 200, lines: 10_000 };
const BAR = 24;
const CLEAR = '\r\u001B[K';

/** Shows how far a run is, how fast, and how much time is left by the speed since it was first told. `now` gives milliseconds. */
export function createProgress({ isTerminal, columns, write }: Screen, now = () => performance.now()) {
  const every = isTerminal ? EVERY_MS.terminal : EVERY_MS.lines;
  let last = Number.NEGATIVE_INFINITY;
  let from: (Progress & { time: number }) | undefined;
  return {
    show: (state: Progress) => {
      const time = now();
      if (!from) {
        from = { ...state, time };
        last = isTerminal ? last : time;
      }
      if (time - last < every) return;
      last = time;
      const line = progressText(state, from, (time - from.time) / 1000, isTerminal);
      write(isTerminal ? `${CLEAR}${line.slice(0, Math.max(20, columns - 1))}` : `${line}\n`);
    },
    /** Takes the line of a terminal away. */
    done: () => {
      if (isTerminal) write(CLEAR);
    },
  };
}

/** A line of progress some seconds after a run was at `from`. */
export function progressText({ rows, bad, share }: Progress, from: Progress, seconds: number, hasBar: boolean): string {
  const speed = seconds > 0 ? (rows + bad - from.rows - from.bad) / seconds : 0;
  const parts = [`${counted(rows + bad)} rows`, ...(speed > 0 ? [`${counted(Math.round(speed))} a second`] : [])];
  if (share === undefined) return parts.join(', ');
  const [gone, before] = [Math.min(share, 1), from.share ?? 0];
  const left = gone > before && seconds > 0 ? [`${clock((seconds * (1 - gone)) / (gone - before))} left`] : [];
  const bar = hasBar ? `[${'#'.repeat(Math.round(BAR * gone)).padEnd(BAR, '.')}] ` : '';
  return `${bar}${Math.floor(100 * gone)} %, ${[...parts, ...left].join(', ')}`;
}

/** A number with commas: 12,345,678. */
export function counted(number: number): string {
  return number.toLocaleString('en-US');
}

/** Seconds as m:ss or h:mm:ss, rounded up. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
