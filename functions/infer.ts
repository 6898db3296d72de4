import { inferReply, readInference, requestText } from '../shared/api/v2/infer.ts';
import { findV2 } from '../shared/api/v2/v2.ts';
import type { ModelInfo } from '../shared/schema/card.ts';
import { isCompressed } from '../shared/wire/encoding.ts';
import { MAX_BODY_BYTES, MAX_ROWS } from '../shared/wire/limits.ts';
import { CONTENT_TYPES } from '../shared/wire/media.ts';
import type { Call } from './http.ts';
import { answerHeaders, plainBody, type Question } from './question.ts';

/**
 * Reads an inference request of the Open Inference Protocol. The endpoint takes its JSON as it came; binary data is written into
 * it, since SageMaker does not hand on the header that says where it begins. Throws as readQuestion does.
 */
export async function readInferQuestion(model: ModelInfo, call: Call): Promise<Question> {
  const plain = await plainBody(call.body, isCompressed(call.headers['content-encoding']));
  const { query, form, value, wasBinary } = readInference(model.schema, plain, call.headers['inference-header-content-length'], MAX_ROWS);
  const body = wasBinary ? Buffer.from(requestText(value)) : plain;
  const route = findV2(call.method, call.path);
  return {
    query,
    isOfVersion: 'version' in route && route.version !== undefined,
    // Doubles take more room in JSON than in binary.
    body: body.length > MAX_BODY_BYTES ? undefined : body,
    contentType: CONTENT_TYPES.json,
    write: (answer, timings) => {
      const { headers, ...reply } = inferReply(model.schema, answer, form, model.card.name);
      return { ...reply, headers: { ...answerHeaders(answer, timings), ...headers } };
    },
  };
}
