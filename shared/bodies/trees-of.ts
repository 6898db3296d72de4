import type { ExplainerKind } from './explainer.ts';
import { EXPLAINERS } from './explainers.ts';
import type { Body } from './kind.ts';

/** What explains a kind of body by itself; undefined where nothing does. */
export function treesOf(body: Body): ExplainerKind<unknown> | undefined {
  return EXPLAINERS.find(({ types }) => types.some((type) => body.kind.types.includes(type)));
}
