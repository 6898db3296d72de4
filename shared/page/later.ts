// The second script's entry: what a visitor may never ask for (load-later.ts loads it). The page's texts come to it as arguments, so that
// none is in both.
export { cardParts } from './dialogs/card-parts.ts';
export { snippet } from './dialogs/snippets.ts';
export { runSheet } from './sheet/run.ts';
