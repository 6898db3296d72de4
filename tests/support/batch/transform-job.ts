import http from 'node:http';

/** A transform job as CreateTransformJob describes it, on instances that are the URLs of containers. Files by their names. */
export type TransformJob = {
  instances: string[];
  files: Map<string, Buffer>;
  ContentType: string;
  Accept?: string;
  SplitType: 'None' | 'Line';
  BatchStrategy?: 'SingleRecord' | 'MultiRecord';
  /** 0 sends each file whole, in chunks of no known length. */
  MaxPayloadInMB?: number;
  MaxConcurrentTransforms?: number;
  AssembleWith?: 'None' | 'Line';
  JoinSource?: 'None' | 'Input';
};

/** What came of a job: the objects that were written, `NAME.out`, and of each file that failed why. */
export type JobResult = { outputs: Map<string, string>; failures: string[]; requests: number };

type Sent = { status: number; body: string };

const MB = 1_048_576;
const RETRIES = 3;
const LINE = 0x0a;

/**
 * Plays SageMaker's batch transform, by its guide and its API's reference: a job's own values come before the container's
 * (GET /execution-parameters); each file goes to one instance; lines are packed up to MaxPayloadInMB and sent a few payloads at once;
 * their answers are put together in order; what is refused is asked again three times; a file with a failure has no output.
 * It cuts at every line feed, quoted or not, and knows nothing of a header.
 */
export async function runTransformJob(job: TransformJob): Promise<JobResult> {
  const result: JobResult = { outputs: new Map(), failures: [], requests: 0 };
  const names = [...job.files.keys()];
  await Promise.all(
    job.instances.map(async (url, instance) => {
      if ((await fetch(`${url}/ping`)).status !== 200) throw new Error('the algorithm is not healthy');
      const told = (await (await fetch(`${url}/execution-parameters`)).json()) as Record<string, number>;
      const most = job.MaxPayloadInMB ?? told.MaxPayloadInMB ?? 6;
      const atOnce = job.MaxConcurrentTransforms ?? (job.MaxPayloadInMB === undefined ? told.MaxConcurrentTransforms : undefined) ?? 1;
      if (most * atOnce > 100) throw new Error('MaxConcurrentTransforms * MaxPayloadInMB is more than 100');
      for (const name of names.filter((_, at) => at % job.instances.length === instance)) {
        try {
          const file = job.files.get(name) as Buffer;
          const payloads = payloadsOf(file, { ...job, MaxPayloadInMB: most });
          const answers = await sendAll(url, payloads, job, most === 0 ? 1 : atOnce, result);
          result.outputs.set(`${name}.out`, assemble(payloads, answers, job));
        } catch (error) {
          result.failures.push(`${name}: ${(error as Error).message}`);
        }
      }
    }),
  );
  return result;
}

function payloadsOf(file: Buffer, { SplitType, BatchStrategy = 'MultiRecord', MaxPayloadInMB = 6 }: TransformJob): Buffer[] {
  if (MaxPayloadInMB === 0) return [file];
  const most = MaxPayloadInMB * MB;
  if (SplitType === 'None') {
    if (file.length > most) throw new Error('too much data for max payload size');
    return [file];
  }
  const payloads: Buffer[] = [];
  for (let start = 0; start < file.length; ) {
    let end = lineEnd(file, start);
    if (end - start > most) throw new Error('a record has too much data for max payload size');
    if (BatchStrategy === 'MultiRecord' && file.length - start <= most) end = file.length;
    else if (BatchStrategy === 'MultiRecord') end = Math.max(end, file.lastIndexOf(LINE, start + most - 1) + 1);
    payloads.push(file.subarray(start, end));
    start = end;
  }
  return payloads;
}

function lineEnd(file: Buffer, start: number): number {
  const at = file.indexOf(LINE, start);
  return at === -1 ? file.length : at + 1;
}

async function sendAll(url: string, payloads: Buffer[], job: TransformJob, atOnce: number, result: JobResult): Promise<string[]> {
  const answers: string[] = new Array(payloads.length);
  let next = 0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
  const work = async () => {
    while (next < payloads.length) {
      const at = next;
      next += 1;
      answers[at] = await sendOne(url, payloads[at] as Buffer, job, agent, result);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    agent.destroy();
  }
  return answers;
}

/** One payload, which is sent again where it fails. */
async function sendOne(url: string, payload: Buffer, job: TransformJob, agent: http.Agent, result: JobResult): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    result.requests += 1;
    const { status, body } = await request(url, payload, job, agent).catch(() => ({ status: 0, body: '' }));
    if (status === 200) return body;
    if (tries < RETRIES) continue;
    if (status === 0) throw new Error('Unable to get response from algorithm');
    throw new Error(`Bad HTTP status received from algorithm: ${status} ${body}`);
  }
}

function request(url: string, payload: Buffer, { ContentType, Accept, MaxPayloadInMB }: TransformJob, agent: http.Agent): Promise<Sent> {
  const length: Record<string, string> = MaxPayloadInMB === 0 ? {} : { 'content-length': String(payload.length) };
  const headers = { 'content-type': ContentType, ...(Accept === undefined ? {} : { accept: Accept }), ...length };
  return new Promise((resolve, reject) => {
    const sent = http.request(`${url}/invocations`, { method: 'POST', headers, agent }, async (response) => {
      try {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part);
        resolve({ status: response.statusCode as number, body: Buffer.concat(parts).toString() });
      } catch (error) {
        reject(error);
      }
    });
    sent.on('error', reject);
    for (let at = 0; at < payload.length; at += 65_536) sent.write(payload.subarray(at, at + 65_536));
    sent.end();
  });
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The answers as one object. `Line` ends each with a line feed; a joined output has each record's input before it. */
function assemble(payloads: Buffer[], answers: string[], { AssembleWith = 'None', JoinSource, ContentType }: TransformJob): string {
  if (JoinSource !== 'Input') {
    return answers.map((answer) => (AssembleWith === 'Line' && answer !== '' && !answer.endsWith('\n') ? `${answer}\n` : answer)).join('');
  }
  return payloads
    .map((payload, at) => {
      const inputs = linesOf(payload.toString());
      const outputs = linesOf(answers[at] as string);
      if (inputs.length !== outputs.length) throw new Error(`found ${outputs.length} records of output for ${inputs.length} of input`);
      return inputs.map((input, line) => `${joined(input.replace(/\r$/, ''), outputs[line] as string, ContentType)}\n`).join('');
    })
    .join('');
}

function joined(input: string, output: string, type: string): string {
  if (type === 'text/csv') return `${input},${output}`;
  const record = JSON.parse(input);
  const base = typeof record === 'object' && record !== null && !Array.isArray(record) ? record : { SageMakerInput: record };
  return JSON.stringify({ ...base, SageMakerOutput: JSON.parse(output) });
}
