// The first explained row of a process: node tests/bench/explain/cold-main.ts ARTIFACT ROWS BACKGROUND prints its milliseconds. The row has been
// answered without explanations before.
import { loadShared } from '../../../container/server/shared-model.ts';
import { predictRows } from '../../../shared/predict.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import { readDoubles } from '../forests.ts';

const [artifact = '', file = '', background] = process.argv.slice(2);
const { model } = await loadShared(artifact);
const row = readDoubles(file).slice(0, model.schema.features.length);
predictRows(model, row);
const { parameters } = readParameters(model.schema, { explain: { background } }, '/parameters');
const start = performance.now();
predictRows(model, row, parameters);
console.log(performance.now() - start);
