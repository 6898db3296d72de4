import net from 'node:net';
import { MAX_BODY_BYTES, MAX_ROWS } from '../../shared/wire/limits.ts';
import { boundedText } from './bounded-text.ts';

/** A container to check: where it listens, and one row of its model's features, as CSV and as JSON's values. */
export type Target = { url: string; row: string; values: unknown[] };
/** What was seen of one line of the contract; `not offered`: SageMaker does without it. */
export type Finding = { line: string; verdict: 'pass' | 'FAIL' | 'not offered'; seen: string };
type Check = { line: string; optional?: true; look(target: Target): Promise<{ holds: boolean; seen: string }> };

/** What SageMaker waits for, in milliseconds. */
const [PING_MS, SOCKET_MS, ANSWER_MS] = [2_000, 250, 60_000];

/** Longest answer that is read: 10,000 rows have far less. */
const MOST_BYTES = 2 ** 26;

type Heard = { status: number; text: string; type: string; headers: Headers; ms: number };

async function hear(target: Target, path: string, init: RequestInit = {}, within = ANSWER_MS): Promise<Heard> {
  const start = performance.now();
  const response = await fetch(target.url + path, { ...init, signal: AbortSignal.timeout(within) });
  const text = await boundedText(response, MOST_BYTES);
  const type = response.headers.get('content-type') ?? 'none';
  return { status: response.status, text, type, headers: response.headers, ms: performance.now() - start };
}
const invoke = (target: Target, body: BodyInit, type: string, accept = 'application/json', more: Record<string, string> = {}) => {
  return hear(target, '/invocations', { method: 'POST', body, headers: { 'content-type': type, accept, ...more } });
};
const lines = (text: string) => text.replace(/\n$/, '').split('\n');
const brief = ({ status, text }: Heard) => `${status} ${JSON.stringify(text.slice(0, 60))}`;
/** The row as JSON values. */
const values = (target: Target) => target.values;

/** The numbers or labels of a JSON answer; undefined where it has no predictions. */
function predictionsOf(heard: Heard): unknown[] | undefined {
  try {
    const { predictions } = JSON.parse(heard.text);
    return Array.isArray(predictions) ? predictions : undefined;
  } catch {
    return undefined;
  }
}

/** A check that one request is answered with a status. */
const refuses = (line: string, expected: number[], ask: (target: Target) => Promise<Heard>): Check => ({
  line,
  look: async (target) => {
    const heard = await ask(target);
    return { holds: expected.includes(heard.status), seen: brief(heard) };
  },
});

/** The checklist: SageMaker's developer guide, "Use your own inference code with hosting services" and its neighbours. */
export const CHECKS: Check[] = [
  {
    line: 'GET /ping: 200 with an empty body within 2 s',
    look: async (target) => {
      const heard = await hear(target, '/ping', {}, PING_MS);
      return { holds: heard.status === 200 && heard.text === '', seen: `${brief(heard)} in ${heard.ms.toFixed(0)} ms` };
    },
  },
  {
    line: 'a socket is accepted within 250 ms, 20 times',
    look: async ({ url }) => {
      const { hostname, port } = new URL(url);
      const times: number[] = [];
      for (let time = 0; time < 20; time += 1) times.push(await connect(hostname, Number(port || 80)));
      const most = Math.max(...times);
      return { holds: most <= SOCKET_MS, seen: `at most ${most.toFixed(1)} ms` };
    },
  },
  {
    line: 'JSON {"instances":[{"features":[...]}]} gives {"predictions":[...]}',
    look: async (target) => {
      const heard = await invoke(target, JSON.stringify({ instances: [{ features: values(target) }] }), 'application/json');
      return { holds: heard.status === 200 && predictionsOf(heard)?.length === 1, seen: brief(heard) };
    },
  },
  {
    line: 'text/csv without a header gives a line',
    look: async (target) => {
      const heard = await invoke(target, `${target.row}\n`, 'text/csv', 'text/csv');
      return { holds: heard.status === 200 && lines(heard.text).length === 1 && heard.type.startsWith('text/csv'), seen: brief(heard) };
    },
  },
  {
    line: 'CSV and JSON give one number for one row',
    look: async (target) => {
      const csv = await invoke(target, `${target.row}\n`, 'text/csv', 'text/csv');
      const json = await invoke(target, JSON.stringify({ instances: [{ features: values(target) }] }), 'application/json');
      const [one] = predictionsOf(json) ?? [];
      const other = lines(csv.text)[0];
      const isSame = one !== undefined && (typeof one === 'object' || String(one) === other?.replaceAll('"', ''));
      return { holds: csv.status === 200 && isSame, seen: `${JSON.stringify(one)} and ${other?.slice(0, 40)}` };
    },
  },
  {
    line: 'a batch of 1,000 CSV lines gives 1,000 lines',
    look: async (target) => {
      const heard = await invoke(target, `${target.row}\n`.repeat(1_000), 'text/csv', 'text/csv');
      return {
        holds: heard.status === 200 && lines(heard.text).length === 1_000,
        seen: `${heard.status}, ${lines(heard.text).length} lines`,
      };
    },
  },
  {
    line: 'a batch of 100 JSON Lines gives 100 lines',
    look: async (target) => {
      const line = `${JSON.stringify(values(target))}\n`;
      const heard = await invoke(target, line.repeat(100), 'application/jsonlines', 'application/jsonlines');
      return {
        holds: heard.status === 200 && lines(heard.text).length === 100,
        seen: `${heard.status}, ${lines(heard.text).length} lines`,
      };
    },
  },
  refuses('an Accept that cannot be given: 406', [406], (target) => invoke(target, target.row, 'text/csv', 'image/png')),
  refuses('a content type that cannot be read: 415', [415], (target) => invoke(target, target.row, 'image/png')),
  refuses('a body that is not JSON: 400 or 415', [400, 415], (target) => invoke(target, '{"instances": [', 'application/json')),
  refuses('an empty body: 400 or 422', [400, 422], (target) => invoke(target, '', 'application/json')),
  refuses('a value that cannot be: 400 or 422', [400, 422], (target) => {
    return invoke(target, JSON.stringify({ instances: [{ features: values(target).map(() => ({ no: 'value' })) }] }), 'application/json');
  }),
  refuses('a row that is too short: 400 or 422', [400, 422], (target) =>
    invoke(target, '{"instances":[{"features":[]}]}', 'application/json'),
  ),
  refuses('a body over 6 MB: 413', [413], (target) => invoke(target, ' '.repeat(MAX_BODY_BYTES + 1), 'application/json')),
  {
    line: 'a body of 6 MB is read',
    look: async (target) => {
      const row = JSON.stringify({ instances: [{ features: values(target) }] });
      const heard = await invoke(target, row + ' '.repeat(MAX_BODY_BYTES - row.length), 'application/json');
      return { holds: heard.status === 200, seen: `${brief(heard)} in ${heard.ms.toFixed(0)} ms` };
    },
  },
  {
    line: 'unknown headers and those of SageMaker are ignored, none is sent back unasked',
    look: async (target) => {
      const attribute = 'X-Amzn-SageMaker-Custom-Attributes';
      const more = { 'X-Amzn-SageMaker-Target-Variant': 'A', 'X-Amzn-SageMaker-Inference-Id': '1', [attribute]: 'a=1', 'X-Unknown': 'x' };
      const body = JSON.stringify({ instances: [{ features: values(target) }] });
      const heard = await invoke(target, body, 'application/json', 'application/json', more);
      const back = heard.headers.get(attribute);
      return { holds: heard.status === 200 && back === null, seen: `${heard.status}, ${attribute}: ${back ?? 'none'}` };
    },
  },
  {
    line: '/ping within 2 s while 10,000 rows are computed',
    look: async (target) => {
      const times: number[] = [];
      let [rows, status] = [MAX_ROWS, 413];
      // An answer with many numbers a row (survival curves) may be too large for so many rows: then as many as it can have.
      for (; status === 413 && rows >= 10; rows = status === 413 ? rows / 10 : rows) {
        const batch = invoke(target, `${target.row}\n`.repeat(rows), 'text/csv', 'text/csv');
        batch.catch(() => {});
        for (let time = 0; time < 10; time += 1) times.push((await hear(target, '/ping', {}, PING_MS)).ms);
        ({ status } = await batch);
      }
      return { holds: status === 200, seen: `at most ${Math.max(...times).toFixed(0)} ms; the batch of ${rows} got ${status}` };
    },
  },
  {
    line: 'a client that never ends its request does not keep others waiting',
    look: async (target) => {
      const { hostname, port } = new URL(target.url);
      const slow = net.connect(Number(port || 80), hostname);
      slow.on('error', () => {});
      slow.write('POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n[');
      try {
        const heard = await hear(target, '/ping', {}, PING_MS);
        return { holds: heard.status === 200, seen: `${heard.status} in ${heard.ms.toFixed(0)} ms` };
      } finally {
        slow.destroy();
      }
    },
  },
  {
    line: 'batch transform: GET /execution-parameters, at most 100 MB at once',
    optional: true,
    look: async (target) => {
      const heard = await hear(target, '/execution-parameters');
      if (heard.status !== 200) return { holds: false, seen: brief(heard) };
      const { MaxConcurrentTransforms, BatchStrategy, MaxPayloadInMB } = JSON.parse(heard.text);
      const isRight = MaxConcurrentTransforms * MaxPayloadInMB <= 100 && ['SINGLE_RECORD', 'MULTI_RECORD'].includes(BatchStrategy);
      return { holds: isRight, seen: `${BatchStrategy}, ${MaxConcurrentTransforms} x ${MaxPayloadInMB} MB` };
    },
  },
  {
    line: 'many models: GET /models lists them, an unknown one is a 404',
    optional: true,
    look: async (target) => {
      const all = await hear(target, '/models');
      const one = await hear(target, '/models/there-is-none');
      const isList = all.status === 200 && Array.isArray(JSON.parse(all.text).models);
      return { holds: isList && one.status === 404, seen: `${brief(all)}, then ${one.status}` };
    },
  },
  {
    line: 'metrics: GET /metrics as Prometheus text',
    optional: true,
    look: async (target) => {
      const heard = await hear(target, '/metrics');
      return { holds: heard.status === 200 && /^# (HELP|TYPE) /m.test(heard.text), seen: `${heard.status} ${heard.type}` };
    },
  },
];

/** How long a connection takes, in milliseconds. */
function connect(host: string, port: number): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => {
      resolve(performance.now() - start);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
