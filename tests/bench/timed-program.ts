import type { Asked, Opened, Question, Told } from './timed.ts';

/** What a program can do once a model is open in it. A call takes a slice of rows that was made ready before. */
export type Program<Slice> = {
  rows: number;
  slice(from: number, to: number): Slice;
  call(slice: Slice): unknown;
  answers(): Float64Array | Promise<Float64Array>;
  load?(withRow: boolean): Promise<void>;
};

/** Most different slices that are made ready. */
const MOST_SLICES = 1_000;

/** Answers the questions of timed.ts's other end until that ends. */
export function serveTimed<Slice>(open: (opened: Opened) => Program<Slice> | Promise<Program<Slice>>): void {
  let program: Program<Slice> | undefined;
  const slices = new Map<number, Slice[]>();
  const answer = async (question: Question): Promise<number | Float64Array> => {
    if ('open' in question) {
      program = await open(question.open);
      return 0;
    }
    if (!program) throw new Error('found no model, expected one to be opened before');
    if ('answers' in question) return program.answers();
    if ('load' in question) {
      const start = performance.now();
      await program.load?.(question.load.withRow);
      return performance.now() - start;
    }
    const { rows, least } = question.time;
    const ready = slices.get(rows) ?? sliceUp(program, rows);
    slices.set(rows, ready);
    return timeCalls(program, ready, rows === 1 ? 32 : 1, least);
  };
  process.on('message', async ({ id, question }: Asked) => {
    const told: Told = await answer(question).then(
      (found) => ({ id, answer: found }),
      (error) => ({ id, error: String(error) }),
    );
    process.send?.(told);
  });
  process.on('disconnect', () => process.exit(0));
}

function sliceUp<Slice>(program: Program<Slice>, rows: number): Slice[] {
  const count = Math.min(Math.floor(program.rows / rows), MOST_SLICES);
  return Array.from({ length: count }, (_, at) => program.slice(at * rows, (at + 1) * rows));
}

/** Microseconds of a call; the clock is looked at after every `stride` calls. */
async function timeCalls<Slice>({ call }: Program<Slice>, slices: Slice[], stride: number, least: number): Promise<number> {
  const start = performance.now();
  let calls = 0;
  for (;;) {
    for (let one = 0; one < stride; one += 1) {
      const said = call(slices[calls % slices.length] as Slice);
      if (said instanceof Promise) await said;
      calls += 1;
    }
    const took = performance.now() - start;
    if (took >= least) return (1_000 * took) / calls;
  }
}
