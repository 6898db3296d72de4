// Our predictor under the clock: node tests/bench/ours-main.ts [steps], started by timed.ts. With `steps` it makes the body's columns alone.
import { loadShared } from '../../container/server/shared-model.ts';
import { predictRows } from '../../shared/predict.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { readDoubles } from './forests.ts';
import { serveTimed } from './timed-program.ts';

serveTimed(async ({ artifact, rows: file }) => {
  const { model } = await loadShared(artifact);
  const width = model.schema.features.length;
  const all = readDoubles(file);
  const parameters = defaultParameters(model.schema);
  const asked = process.argv[2] === 'steps' ? { ...parameters, type: 'steps' as const } : undefined;
  return {
    rows: all.length / width,
    slice: (from, to) => all.slice(from * width, to * width),
    call: (rows) => predictRows(model, rows, asked),
    answers: () => predictRows(model, all, model.schema.kind === 'survival' ? { ...parameters, type: 'chf' } : parameters),
    load: async (withRow) => {
      const again = await loadShared(artifact);
      if (withRow) predictRows(again.model, all.subarray(0, width));
    },
  };
});
