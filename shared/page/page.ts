import type { ModelInfo } from '../features.ts';

/** Headers that keep the page to itself. */
export const PAGE_SECURITY: Record<string, string> = {};

/** The web page of a model. */
export function pageHtml(_model: ModelInfo): string {
  return '';
}
