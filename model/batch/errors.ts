/** The input is another than it was: it grew, shrank, or was written to. The message says how. */
export class Changed extends Error {
  override name = 'Changed';
}

/** The run was asked to end. `code` is the exit status that says so. */
export class Stopped extends Error {
  override name = 'Stopped';
  readonly exitCode: number;
  constructor(exitCode: number) {
    super('stopped');
    this.exitCode = exitCode;
  }
}

/** A run that did not come to its end: why (`cause`), and, in `message`, what is kept and how to go on. */
export class Unfinished extends Error {
  override name = 'Unfinished';
  readonly exitCode: number;
  constructor(cause: unknown, message: string) {
    super(message, { cause });
    this.exitCode = cause instanceof Stopped ? cause.exitCode : 1;
  }
}

/** Another run writes the same output since. */
export class Taken extends Error {
  override name = 'Taken';
  constructor(output: string) {
    super(`${output}: found another run that writes it by now, expected one at a time; this one has ended`);
  }
}
