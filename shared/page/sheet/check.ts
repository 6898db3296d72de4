import { DECIMAL } from '../../schema/decimal.ts';
import type { PageData, PageFeature } from '../base/data.ts';
import type { Words } from '../words/words.ts';

/** Most characters of a cell that a reason quotes. */
const SHOWN = 40;
const YES_OR_NO = /^(?:true|T|TRUE|True|false|F|FALSE|False)$/;
const PLACES = new WeakMap<(string | null)[], Set<string | null>>();

/**
 * Why a row has no prediction, as far as the page can tell by itself: the first of its cells that is missing, or is nothing that
 * its feature takes. Undefined where nothing is found; the server has the last word. `cells` are those of the model's features,
 * in their order, with a point as the decimal mark.
 */
export function reasonOf(data: PageData, cells: string[], words: Words): string | undefined {
  for (let at = 0; at < cells.length; at += 1) {
    const feature = data.features[at] as PageFeature;
    const cell = cells[at] as string;
    const problem = problemOf(feature, cell, data.takesMissing && !feature.required);
    if (problem === 'missing') return `${feature.name}: ${words.text('cell.missing')}`;
    if (problem) {
      const shown = cell.length > SHOWN ? `${cell.slice(0, SHOWN)}…` : cell;
      return `${feature.name}: ${words.text(`cell.${problem}`)} ("${shown}")`;
    }
  }
  return undefined;
}

/** What is wrong with a cell, by the server's rules for texts. */
function problemOf(feature: PageFeature, cell: string, takesMissing: boolean): 'missing' | 'number' | 'logical' | 'level' | undefined {
  const levels = feature.type === 'factor' ? levelsOf(feature.levels) : undefined;
  if (levels?.has(cell)) return undefined;
  const text = cell.trim();
  if (text === '' || text === 'NA') return takesMissing || levels?.has(null) ? undefined : 'missing';
  switch (feature.type) {
    case 'number':
      // A forest of R keeps no logical columns.
      return YES_OR_NO.test(text) || (DECIMAL.test(text) && Number.isFinite(Number(text))) ? undefined : 'number';
    case 'logical':
      return YES_OR_NO.test(text) || (DECIMAL.test(text) && (Number(text) === 0 || Number(text) === 1)) ? undefined : 'logical';
    case 'factor':
      // A feature without a field has its levels at the server alone.
      return levels?.size && !feature.others ? 'level' : undefined;
    default:
      return undefined;
  }
}

function levelsOf(levels: (string | null)[]): Set<string | null> {
  const known = PLACES.get(levels) ?? new Set(levels);
  PLACES.set(levels, known);
  return known;
}

/** How many rows have no prediction, and why, the most frequent reasons first. */
export type Tally = {
  count(reason: string): void;
  rows(): number;
  /** The most frequent reasons with their numbers, and how many rows have others. */
  top(most: number): { reasons: [string, number][]; others: number };
};

/** Most reasons that are counted apart. */
const MOST_REASONS = 1_000;

/** Starts to count reasons; what a reason quotes of a cell is left out, so that the same fault counts as one. */
export function createTally(): Tally {
  const counts = new Map<string, number>();
  let rows = 0;
  return {
    count: (reason) => {
      rows += 1;
      const kind = reason.split(' ("')[0] as string;
      if (counts.has(kind) || counts.size < MOST_REASONS) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    },
    rows: () => rows,
    top: (most) => {
      const reasons = [...counts].sort(([, a], [, b]) => b - a).slice(0, most);
      return { reasons, others: rows - reasons.reduce((sum, [, count]) => sum + count, 0) };
    },
  };
}
