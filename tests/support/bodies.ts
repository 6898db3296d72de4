import { FOREST } from '../../shared/bodies/forest/body.ts';
import type { Forest } from '../../shared/bodies/forest/forest.ts';
import { type Body, bodyOf } from '../../shared/bodies/kind.ts';

/** A forest as a model's body. */
export function forestBody(forest: Forest): Body {
  return bodyOf(FOREST, forest);
}

/** The forest of a model, undefined where its body is of another kind. */
export function forestOf({ body }: { body: Body }): Forest | undefined {
  return body.kind.types === FOREST.types ? (body.data as Forest) : undefined;
}
