import type { ModelInfo } from '../schema/card.ts';
import type { Reply } from './reply.ts';

const replies = new WeakMap<ModelInfo, Map<string, Reply>>();

/**
 * The reply with a document on a model, made when it is first asked for: to write one takes milliseconds, and thousands of requests for it come in
 * one piece of a connection. `key` is all that it depends on beside the model: of few texts, and never what a caller may choose freely.
 */
export function keptReply(model: ModelInfo, key: string, make: () => Reply): Reply {
  const kept = replies.get(model) ?? new Map<string, Reply>();
  replies.set(model, kept);
  const reply = kept.get(key) ?? make();
  kept.set(key, reply);
  return reply;
}
