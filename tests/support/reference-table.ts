import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A row of the table in model/README.md: a model, an option, and either `exact` or words of the message that refuses it. It is proved
 * by a golden (asked by `asks` alone, where that is given), by one `row` of its own, by a `case` of tests/cases, by a booster
 * with its package's answers (`boosted`, in tests/golden/boosting), by a `pipeline` of tests/golden/pipelines, or by a file of tests/refused.
 */
export type Line = {
  model: string;
  option: string;
  outcome: string;
  golden?: string;
  asks?: Record<string, unknown>;
  rows?: number;
  row?: object;
  case?: string;
  boosted?: string;
  pipeline?: string;
  refused?: string;
};

/** Every row, in the order of model/README.md. */
export const TABLE = JSON.parse(readFileSync(fileURLToPath(new URL('../model/readers/reference.json', import.meta.url)), 'utf8')) as Line[];

const [START, END] = ['<!-- reference -->\n', '<!-- /reference -->'];

/** model/README.md with the table in its place. Throws where the place is not marked. */
export function withTable(readme: string): string {
  const from = readme.indexOf(START) + START.length;
  const to = readme.indexOf(END, from);
  if (from < START.length || to < 0) throw new Error(`model/README.md: found no place between ${START.trim()} and ${END}`);
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = TABLE.map(({ model, option, outcome }) => {
    return `| ${cell(model)} | ${cell(option)} | ${outcome === 'exact' ? 'exactly' : `refused: ${cell(outcome)}`} |`;
  });
  return `${readme.slice(0, from)}\n| model | option | answered |\n| --- | --- | --- |\n${lines.join('\n')}\n\n${readme.slice(to)}`;
}
