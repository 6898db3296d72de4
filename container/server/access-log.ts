import sonicBoom from 'sonic-boom';

/**
 * One request as it is logged. It never holds a body or a feature's value. `advice` is for whoever serves the model, where the
 * request does not fit it; `error` is ours to mend.
 */
export type LogEntry = {
  time: string;
  requestId: string;
  traceparent?: string | undefined;
  method: string;
  path: string;
  status: number;
  /** The caller's name, where callers are asked for a key. */
  caller?: string;
  rows?: number | undefined;
  ms: number;
  advice?: string;
  error?: string;
  /** Rows of a payload of batch transform that have no answer, and for the first of them the line and the reason. */
  bad?: number;
  badLines?: string[];
};

/** The access log. */
export type AccessLog = {
  write(entry: LogEntry): void;
  /** Puts on the wire what is still held, as far as somebody reads it, and then calls back; for the end of the process. */
  end(then: () => void): void;
};

/** Most bytes that are held where nobody reads the log; what comes then is dropped, since serving goes on. */
const MOST_HELD = 4_194_304;
/** Lines go out together: once they have nearly so many bytes, or after so many milliseconds. */
const TOGETHER = { bytes: 32_768, ms: 50 };
/** Most bytes that a character of a text takes in UTF-8. */
const MOST_BYTES = 3;
/** How long the end of the process waits for a reader, in milliseconds. */
const END_WITHIN = 500;

/**
 * One JSON line a request on standard output, in pino's form and by its destination (sonic-boom), without waiting for whoever reads it.
 * Of pino itself nothing is used: its building of a line from any object took a sixth of a request's time.
 */
export function openAccessLog(): AccessLog {
  const destination = new sonicBoom.SonicBoom({ fd: 1, sync: false, maxLength: MOST_HELD, contentMode: 'buffer' });
  // Lines are put side by side here: the destination would measure all that it holds again at each line.
  const lines = Buffer.allocUnsafeSlow(TOGETHER.bytes);
  let length = 0;
  let [isDue, isBroken, isGone, isEnding, isOver] = [false, false, false, false, false];
  let leave = () => {};
  // A reader that has gone must not end the container, and does not come back.
  destination.on('error', (error: NodeJS.ErrnoException) => {
    isBroken = true;
    isGone ||= error.code === 'EPIPE';
    leave();
  });
  const send = () => {
    if (length > 0 && !isGone) destination.write(Buffer.from(lines.subarray(0, length)) as never);
    length = 0;
  };
  const sendDue = () => {
    isDue = false;
    if (!isEnding) send();
  };
  return {
    write: (entry) => {
      if (isEnding || isGone) return;
      const line = logLine(entry);
      if (length + MOST_BYTES * line.length > TOGETHER.bytes) send();
      if (MOST_BYTES * line.length > TOGETHER.bytes) destination.write(Buffer.from(line) as never);
      else length += lines.write(line, length);
      if (!isDue) setTimeout(sendDue, TOGETHER.ms).unref();
      isDue = true;
    },
    end: (then) => {
      // A second end, and a line that comes while the first waits, would find the destination destroyed and throw.
      if (isEnding) return;
      isEnding = true;
      leave = () => {
        if (isOver) return;
        isOver = true;
        // What is left has no reader: it is dropped.
        destination.destroy();
        then();
      };
      if (isBroken) return leave();
      send();
      setTimeout(leave, END_WITHIN);
      destination.on('close', leave);
      destination.end();
    },
  };
}

/** An entry as its line. What is not quoted by JSON's rules here has a form that needs none. */
export function logLine({
  time,
  requestId,
  traceparent,
  method,
  path,
  status,
  caller,
  rows,
  ms,
  advice,
  error,
  bad,
  badLines,
}: LogEntry): string {
  let line = `{"level":"${error === undefined ? 'info' : 'error'}","time":"${time}","requestId":"${requestId}"`;
  if (traceparent !== undefined) line += `,"traceparent":"${traceparent}"`;
  line += `,"method":"${method}","path":${JSON.stringify(path)},"status":${status}`;
  if (caller !== undefined) line += `,"caller":${JSON.stringify(caller)}`;
  if (rows !== undefined) line += `,"rows":${rows}`;
  line += `,"ms":${ms}`;
  if (advice !== undefined) line += `,"advice":${JSON.stringify(advice)}`;
  if (error !== undefined) line += `,"error":${JSON.stringify(error)}`;
  if (bad !== undefined) line += `,"bad":${bad}`;
  if (badLines !== undefined) line += `,"badLines":${JSON.stringify(badLines)}`;
  return `${line}}\n`;
}
