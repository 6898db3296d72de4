import { ModelError } from '../../../shared/errors.ts';

/** A part of a t2 product: the margins' columns of each of its columns, of how many penalized margins it is, and whether it is penalized. */
type Part = { columns: number[][]; order: number; isPenalized: boolean };

/** Most columns of a product, and most margins. */
const [MAX_COLUMNS, MAX_MARGINS] = [65_536, 10];

/**
 * The columns of a t2 smooth as one column of each margin, in mgcv's order (smooth.r, t2.model.matrix). The first `ranks[k]` columns of
 * margin k are penalized; `full` takes each column of the others by itself; `orders` chooses parts by their number of penalized margins.
 */
export function productColumns(widths: number[], ranks: number[], full: boolean, orders: number[] | undefined, label: string): number[][] {
  const isRank = ranks.length === widths.length && ranks.every((rank, at) => Number.isInteger(rank) && rank >= 1 && rank <= widths[at]!);
  const count = widths.reduce((all, width) => all * width, 1);
  if (!isRank || widths.length > MAX_MARGINS || count > MAX_COLUMNS)
    throw new ModelError(label, `the ranks ${ranks.join(', ')} of margins of ${widths.join(', ')} columns`, 'ranks that fit');
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
  const single = (places: number[]) => places.map((place) => [place]);
  let parts: Part[] = [{ columns: single(range(0, ranks[0]!)), order: 1, isPenalized: true }];
  if (ranks[0]! < widths[0]!) parts.push({ columns: single(range(ranks[0]!, widths[0]!)), order: 0, isPenalized: false });
  for (let margin = 1; margin < widths.length; margin += 1) {
    const [penalized, rest] = [range(0, ranks[margin]!), range(ranks[margin]!, widths[margin]!)];
    const times = (columns: number[][], places: number[]) => columns.flatMap((column) => places.map((place) => [...column, place]));
    const ranged = parts.flatMap(({ columns, order, isPenalized }): Part[] => {
      const whole = { order: order + 1, isPenalized: true };
      if (!full || isPenalized) return [{ columns: times(columns, penalized), ...whole }];
      return columns.map((column) => ({ columns: times([column], penalized), ...whole }));
    });
    const nulled = parts.flatMap(({ columns, order, isPenalized }): Part[] => {
      if (rest.length === 0) return [];
      if (!full || !isPenalized) return [{ columns: times(columns, rest), order, isPenalized: full ? false : isPenalized }];
      return rest.map((place) => ({ columns: columns.map((column) => [...column, place]), order, isPenalized: true }));
    });
    parts = [...ranged, ...nulled];
  }
  return parts.filter(({ order }) => !orders || orders.includes(order)).flatMap(({ columns }) => columns);
}
