import { readFileSync, writeFileSync } from 'node:fs';
import { withTable } from '../../support/reference-table.ts';

// node tests/model/readers/reference-main.ts: writes the table of tests/model/readers/reference.json into the README.
const readme = new URL('../../../README.md', import.meta.url);
writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
