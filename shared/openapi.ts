import type { ModelInfo } from './features.ts';

/** The OpenAPI 3.1 document of a model's API. */
export function openApi(_model: ModelInfo): object {
  return { openapi: '3.1.0' };
}
