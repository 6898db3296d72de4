import { readFileSync, writeFileSync } from 'node:fs';
import { withSteps } from '../../support/pipelines/table.ts';
import { withTable } from '../../support/reference-table.ts';

// node tests/model/readers/reference-main.ts: writes the table of tests/model/readers/reference.json and that of steps into model/README.md.
const readme = new URL('../../../model/README.md', import.meta.url);
writeFileSync(readme, withSteps(withTable(readFileSync(readme, 'utf8'))));
