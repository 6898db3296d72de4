import { readFileSync, writeFileSync } from 'node:fs';
import { withTable } from '../../support/reference-table.ts';

// node tests/model/readers/reference-main.ts: writes the table of tests/model/readers/reference.json into model/README.md.
const readme = new URL('../../../model/README.md', import.meta.url);
writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
