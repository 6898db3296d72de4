import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** A body as it is sent, and what is said of it. */
export type Sent = { body: Buffer; headers: Record<string, string> };

const FEATURE = 'age';
const oddNumber = fc.constantFrom(
  '1e999',
  '-1e999',
  '1e-999',
  '-0',
  '0x10',
  '01',
  '1.',
  '.5',
  '+1',
  'NaN',
  'Infinity',
  '9'.repeat(400),
  '5e-324',
);
const oddText = fc.constantFrom('"old"', '""', '"54"', '"\\ud800"', '"\\u0000"', 'true', 'null', '[]', '{}', '[54]', '{"x":1}');
const key = fc.constantFrom(
  FEATURE,
  'Age',
  '__proto__',
  'constructor',
  'instances',
  'inputs',
  'dataframe_split',
  'parameters',
  'toString',
  '',
);
const value: fc.Arbitrary<string> = fc.oneof(oddNumber, oddText, fc.double().map(String), fc.json({ maxDepth: 3 }));
const record = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((pairs) => `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${one}`).join(',')}}`);
const rows = fc
  .array(
    fc.oneof(
      record,
      value,
      fc.array(value, { maxLength: 3 }).map((row) => `[${row}]`),
    ),
    { maxLength: 5 },
  )
  .map((all) => `[${all}]`);
const wrapped = fc.tuple(key, fc.oneof(rows, record, value)).map(([name, one]) => `{${JSON.stringify(name)}:${one}}`);
const split = fc
  .tuple(fc.array(key, { maxLength: 3 }), rows)
  .map(([columns, data]) => `{"dataframe_split":{"columns":${JSON.stringify(columns)},"data":${data}}}`);
const tensor = fc
  .tuple(key, fc.integer({ min: -2, max: 4 }), rows)
  .map(([name, shape, data]) => `{"inputs":[{"name":${JSON.stringify(name)},"shape":[${shape}],"datatype":"FP64","data":${data}}]}`);
/** What pandas writes: columns or rows by labels, split and table; and SageMaker's features. */
const keyed = fc
  .tuple(key, fc.array(fc.tuple(fc.constantFrom('0', '1', '10', '2', 'x', FEATURE), value), { maxLength: 3 }))
  .map(([name, pairs]) => `{${JSON.stringify(name)}:{${pairs.map(([label, one]) => `"${label}":${one}`).join(',')}}}`);
const bare = fc
  .tuple(fc.array(key, { maxLength: 2 }), rows, fc.constantFrom('columns', 'schema', 'features'))
  .map(([columns, data, word]) =>
    word === 'columns'
      ? `{"columns":${JSON.stringify(columns)},"data":${data}}`
      : word === 'features'
        ? `{"features":${data}}`
        : `{"schema":{"fields":[]},"data":${data}}`,
  );
const deep = fc.integer({ min: 1, max: 3_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));
const csv = fc
  .array(
    fc.array(
      fc.oneof(fc.constantFrom('age', '54', '"54"', '"5\n4"', '"5""4"', '"', 'NA', '', ' ', '1e999', "'54'"), fc.string({ maxLength: 5 })),
      { maxLength: 3 },
    ),
    {
      maxLength: 4,
    },
  )
  .chain((lines) => fc.constantFrom(',', ',', ';', '\t').map((delimiter) => lines.map((line) => line.join(delimiter)).join('\r\n')))
  .chain((text) => fc.constantFrom('', '', 'sep=;\n', '\n\n').map((head) => head + text));
const text = fc.oneof(
  keyed,
  bare,
  record,
  rows,
  wrapped,
  split,
  tensor,
  deep,
  csv,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(record, { maxLength: 3 }).map((all) => all.join('\n')),
);

/** Broken on purpose: cut, with bytes that are not UTF-8, with a byte order mark, packed so that a little becomes a lot. */
const body = fc.oneof(
  { weight: 8, arbitrary: text.map((one) => Buffer.from(one)) },
  { weight: 1, arbitrary: fc.tuple(text, fc.nat()).map(([one, at]) => Buffer.from(one).subarray(0, at % (one.length + 1))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(text, fc.constantFrom([0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0]))
      .map(([one, odd]) => Buffer.from([...Buffer.from(one), ...odd])),
  },
  { weight: 1, arbitrary: text.map((one) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(one)])) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
);
const TYPES = [
  'application/json',
  'text/csv',
  'application/jsonlines',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'text/plain; charset=latin1',
  'text/plain',
  'application/x-npy',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-8',
  '',
];
const headers = fc
  .record({
    'content-type': fc.constantFrom(...TYPES),
    accept: fc.constantFrom('*/*', 'application/json', 'text/csv', 'text/html', 'application/jsonlines', 'application/json;q=0'),
    'content-encoding': fc.constantFrom('', '', '', '', 'gzip', 'br', 'identity'),
  })
  .map((all): Record<string, string> => Object.fromEntries(Object.entries(all).filter(([, one]) => one !== '')));

const bomb = gzipSync(Buffer.alloc(2_000_000, '[')).subarray();
const zipped = fc.constantFrom('gzip', '', 'x-gzip', 'gzip, identity').map((encoding): Sent => {
  return { body: bomb, headers: { 'content-type': 'application/json', ...(encoding === '' ? {} : { 'content-encoding': encoding }) } };
});

/** Bodies in every dialect and content type, nearly all of them bad. */
export const sent: fc.Arbitrary<Sent> = fc.oneof({ weight: 99, arbitrary: fc.record({ body, headers }) }, { weight: 1, arbitrary: zipped });

const line = fc.constantFrom(
  'host: x',
  'content-length: 6',
  'content-length: 60',
  'content-length: -1',
  'content-length: 6, 6',
  'content-length : 6',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, identity',
  'transfer-encoding:\x0bchunked',
  'Transfer-Encoding: xchunked',
  'expect: 100-continue',
  'upgrade: h2c',
  'connection: upgrade',
  ' folded: x',
  'x: \u0000',
  'x\x7f: y',
);
const start = fc.constantFrom(
  'POST /invocations HTTP/1.1',
  'POST /invocations HTTP/1.0',
  'POST /invocations HTTP/9.9',
  'POST  /invocations HTTP/1.1',
  'POST http://x/invocations HTTP/1.1',
  'GET /ping HTTP/1.1',
  'PRI * HTTP/2.0',
  'CONNECT x:1 HTTP/1.1',
  '',
);
const end = fc.constantFrom('\r\n', '\n', '\r');
const tail = fc.constantFrom(
  '[[54]]',
  '6\r\n[[54]]\r\n0\r\n\r\n',
  'fffffffff\r\n',
  '0\r\n\r\nGET /metrics HTTP/1.1\r\nhost: x\r\n\r\n',
  '',
);

/** Bytes on a raw socket: requests that are cut in two, and other smuggling. */
export const rawRequest: fc.Arbitrary<Buffer> = fc
  .tuple(start, fc.array(line, { maxLength: 4 }), end, tail)
  .map(([first, lines, eol, rest]) => Buffer.from([first, ...lines, '', rest].join(eol), 'latin1'));
