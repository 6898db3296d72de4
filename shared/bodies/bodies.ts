import { FOREST } from './forest/body.ts';
import type { BodyKind } from './kind.ts';
import { LINEAR } from './linear/body.ts';
import { RPART } from './rpart/body.ts';

/** Every kind of body, one line each. Packaging leaves out those that the packaged artifact does not name (model/bundle/lean.ts). */
export const BODIES: readonly BodyKind<unknown>[] = [FOREST as BodyKind<unknown>, RPART as BodyKind<unknown>, LINEAR as BodyKind<unknown>];
