// Our contributions under the clock: node tests/bench/explain/ours-main.ts BACKGROUND, started by timed.ts.
import { loadShared } from '../../../container/server/shared-model.ts';
import { predictRows } from '../../../shared/predict.ts';
import { EXPLANATION, explanationWidth } from '../../../shared/schema/explanation.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import { readDoubles } from '../forests.ts';
import { serveTimed } from '../timed-program.ts';

/** Rows whose contributions are compared: beside background rows, and by paths. */
const COMPARED = { rows: 100, path: 1_000 };

serveTimed(async ({ artifact, rows: file }) => {
  const background = process.argv[2] as keyof typeof COMPARED;
  const { model } = await loadShared(artifact);
  const { schema } = model;
  const width = schema.features.length;
  const all = readDoubles(file);
  const ask = { background, ...(schema.classes ? { class: schema.classes[0] } : {}) };
  const { parameters, problems } = readParameters(schema, { explain: ask }, '/parameters');
  if (problems.length > 0) throw new Error(problems[0]!.message);
  const slice = (from: number, to: number) => all.slice(from * width, to * width);
  return {
    rows: all.length / width,
    slice,
    call: (rows: Float64Array) => predictRows(model, rows, parameters),
    // The contributions of each row, and its baseline behind them.
    answers: () => {
      const count = COMPARED[background];
      const doubles = predictRows(model, slice(0, count), parameters);
      const stride = doubles.length / count;
      const out = new Float64Array(count * (width + 1));
      for (let row = 0; row < count; row += 1) {
        const at = row * stride + stride - explanationWidth(schema);
        out.set(doubles.subarray(at + EXPLANATION.contributions, at + EXPLANATION.contributions + width), row * (width + 1));
        out[row * (width + 1) + width] = doubles[at + EXPLANATION.baseline]!;
      }
      return out;
    },
    // The first explained row of a model that has answered before.
    load: async () => {
      const one = slice(0, 1);
      const again = await loadShared(artifact);
      predictRows(again.model, one);
      predictRows(again.model, one, parameters);
    },
  };
});
