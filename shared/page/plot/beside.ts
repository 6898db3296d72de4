import { askRows, newestWins } from '../base/ask.ts';
import type { AnswerBody, PageData, PageFeature, Value } from '../base/data.ts';
import { gridOf, gridRows, isBars } from './grid.ts';

/** The answers along a feature for made-up rows, one row's behind the other. */
export type Beside = { at: number; grid: Value[]; body: AnswerBody };

/** The lines of made-up rows beside a curve, which a person asks for. */
export type BesideLines = {
  /** Those along a feature, where they are wanted and there. */
  along(at: number): Beside | undefined;
  /** Asks for them, where they are wanted; and shows whether they can be. */
  update(at: number): void;
};

/** How many points a line has, and about how many votes of single trees are asked for. */
const [POINTS, VOTES] = [41, 20_000];

/** Opens the choice of such lines; `changed` hears that others are to be shown. They have values of their own, whatever the form has. */
export function openBeside(data: PageData, changed: () => void): BesideLines {
  const choice = document.getElementById('others') as HTMLInputElement | null;
  let wanted: number | undefined;
  let found: Beside | undefined;
  const isAsked = () => choice?.checked === true;
  const load = newestWins(async () => {
    const at = wanted;
    if (at === undefined || !data.others || !isAsked() || found?.at === at || !hasLines(data, at)) return;
    const beside = await ask(data, at, data.others);
    if (!beside || wanted !== at) return;
    found = beside;
    changed();
  });
  choice?.addEventListener('change', () => {
    changed();
    load();
  });
  return {
    along: (at) => (isAsked() && found?.at === at ? found : undefined),
    update: (at) => {
      wanted = at;
      const place = choice?.closest('label');
      if (place) place.hidden = !hasLines(data, at);
      load();
    },
  };
}

function hasLines({ features, others }: PageData, at: number): boolean {
  return others !== undefined && !isBars(features[at] as PageFeature);
}

/** The values of a line: beyond the outermost thresholds it is flat, and seen to be. */
function lineGrid(feature: PageFeature): Value[] {
  const all = gridOf(feature) as number[];
  const ends = (feature.edges ?? []).flatMap((edge) => [all.findLast((value) => value <= edge), all.find((value) => value > edge)]);
  const grid = new Set([...gridOf(feature, POINTS), ...ends.filter((end) => end !== undefined)] as number[]);
  return [...grid].sort((one, other) => one - other);
}

/** Asks for the answers; undefined where the server has none. */
async function ask(data: PageData, at: number, rows: Value[][]): Promise<Beside | undefined> {
  const { votes } = data;
  const grid = lineGrid(data.features[at] as PageFeature);
  const most = votes?.codes ? Math.max(1, Math.floor(VOTES / (votes.trees ?? 1) / grid.length)) : rows.length;
  const asked = rows.slice(0, most).flatMap((values) => gridRows(values, at, grid));
  const outcome = await askRows(data, asked, votes?.parameters);
  if (outcome.state !== 'answered' || outcome.body.predictions.length !== asked.length) return undefined;
  return { at, grid, body: outcome.body };
}
