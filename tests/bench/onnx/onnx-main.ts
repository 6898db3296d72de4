// onnxruntime-node under the clock: node tests/bench/onnx/onnx-main.ts FOLDER, where it is installed; started by timed.ts.
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadModel } from '../../../model/artifact/import.ts';
import { forestOf } from '../../support/bodies.ts';
import { readDoubles } from '../forests.ts';
import { serveTimed } from '../timed-program.ts';
import { toOnnx } from './onnx.ts';

type Tensor = { data: Float32Array | BigInt64Array };
type Session = { outputNames: string[]; run(feeds: { rows: Tensor }): Promise<Record<string, Tensor>> };
/** As much of onnxruntime-node as this uses: it is no dependency, so its types are not here. */
type Runtime = {
  InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: 'float32', data: Float32Array, sides: number[]) => Tensor;
};

const folder = process.argv[2] as string;
const runtime = createRequire(path.join(folder, 'package.json'))('onnxruntime-node') as Runtime;

serveTimed(async ({ artifact, rows: file }) => {
  const model = loadModel(artifact);
  const { schema } = model;
  const forest = forestOf(model);
  if (!forest) throw new Error('found no forest');
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 };
  const session = await runtime.InferenceSession.create(toOnnx(schema, forest), options);
  const width = schema.features.length;
  const all = Float32Array.from(readDoubles(file));
  const run = (rows: Float32Array) => session.run({ rows: new runtime.Tensor('float32', rows, [rows.length / width, width]) });
  return {
    rows: all.length / width,
    slice: (from, to) => all.slice(from * width, to * width),
    call: run,
    answers: async () => {
      const said = await run(all);
      return Float64Array.from((said[session.outputNames[0] as string] as Tensor).data, Number);
    },
  };
});
