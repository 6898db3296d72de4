import { write, writeSync } from 'node:fs';
import type { LogEntry } from './server.ts';

/** The access log. */
export type AccessLog = {
  write(entry: LogEntry): void;
  /** Puts on the wire what is still held, and then calls back; for the end of the process. */
  flush(then: () => void): void;
};

/** Most characters that are held where nobody reads the log; what comes then is dropped, since serving goes on. */
const MOST_HELD = 4_194_304;
/** Lines go out together, so many milliseconds after the first of them or once they have so many characters. */
const TOGETHER = { ms: 50, length: 65_536 };
/** How long the end of the process waits for whoever reads the log, in milliseconds. */
const LAST_MS = 500;
const STANDARD_OUTPUT = 1;

/**
 * One JSON line a request on standard output, written without waiting for whoever reads it. It is no logging library's work:
 * building a line from any object and handing it on by itself took a third of the time of a whole request.
 */
export function openAccessLog(): AccessLog {
  let lines: string[] = [];
  let length = 0;
  let isDue = false;
  let isWriting = false;
  let atEnd: (() => void) | undefined;

  const send = () => {
    isDue = false;
    if (isWriting || lines.length === 0) return;
    isWriting = true;
    const bytes = Buffer.from(lines.join(''));
    [lines, length] = [[], 0];
    pass(bytes, () => {
      isWriting = false;
      if (atEnd) finish(atEnd);
      else if (length > 0) send();
    });
  };
  const finish = (then: () => void) => {
    try {
      if (lines.length > 0) writeSync(STANDARD_OUTPUT, lines.join(''));
    } catch {
      // Its reader has gone, or does not read.
    }
    then();
  };
  return {
    write: (entry) => {
      if (length > MOST_HELD) return;
      const line = logLine(entry);
      lines.push(line);
      length += line.length;
      if (length > TOGETHER.length) return send();
      if (!isDue) setTimeout(send, TOGETHER.ms).unref();
      isDue = true;
    },
    flush: (then) => {
      if (!isWriting) return finish(then);
      atEnd = then;
      setTimeout(then, LAST_MS);
    },
  };
}

/** Writes all of the bytes. A reader that has gone must not end the container, and one that is slow is waited for. */
function pass(bytes: Buffer, then: () => void): void {
  write(STANDARD_OUTPUT, bytes, (error, written) => {
    if (error?.code === 'EAGAIN') setTimeout(pass, TOGETHER.ms, bytes, then).unref();
    else if (error || written === bytes.length) then();
    else pass(bytes.subarray(written), then);
  });
}

/** An entry as its line. What is not quoted by JSON's rules here has a form that needs none. */
export function logLine({ time, requestId, traceparent, method, path, status, rows, ms, error }: LogEntry): string {
  let line = `{"level":"${error === undefined ? 'info' : 'error'}","time":"${time}","requestId":"${requestId}"`;
  if (traceparent !== undefined) line += `,"traceparent":"${traceparent}"`;
  line += `,"method":"${method}","path":${JSON.stringify(path)},"status":${status}`;
  if (rows !== undefined) line += `,"rows":${rows}`;
  line += `,"ms":${ms}`;
  if (error !== undefined) line += `,"error":${JSON.stringify(error)}`;
  return `${line}}\n`;
}
