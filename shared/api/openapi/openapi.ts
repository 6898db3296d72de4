import type { ModelInfo } from '../../schema/card.ts';
import { DIALECTS } from '../../wire/dialects/dialects.ts';
import { showDialects } from './dialects.ts';
import { healthOperation, predictOperation, readOperation } from './operations.ts';
import { modelParameter, problemResponses, reference, requestIdParameter } from './problems.ts';
import { components } from './schemas.ts';
import { english, shapes } from './shapes.ts';
import { v2Paths } from './v2.ts';

/** The OpenAPI 3.1 document of a model's API. Every example in it is a body that the model takes. */
export function openApi(model: ModelInfo, list = DIALECTS): object {
  const { schema, card, sha256 } = model;
  const shared = shapes(schema);
  const dialects = showDialects(schema, shared, list);
  return {
    openapi: '3.1.0',
    info: {
      title: english(card.title ?? card.name),
      description: english(card.description ?? `Predictions of the model ${card.name} (${schema.kind}).`),
      version: sha256.slice(0, 12),
      // That of the API, which is this project's. Whose the model is its card may say.
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.' }],
    // Nobody is asked who they are.
    security: [],
    tags: [
      { name: 'model', description: 'The model and its predictions.' },
      { name: 'service', description: 'The page, this document, and how the service is.' },
      { name: 'v2', description: 'The Open Inference Protocol V2, with binary tensors.' },
    ],
    paths: {
      '/': { get: readOperation('page', 'The web page', 'text/html', { type: 'string' }) },
      '/predict': { post: predictOperation(schema, dialects) },
      '/model': { get: { ...readOperation('model', 'What the model is', 'application/json', reference('Model')), tags: ['model'] } },
      '/model/importance': {
        get: {
          ...readOperation(
            'importance',
            'How much each feature adds to an answer, in the mean',
            'application/json',
            reference('Importance'),
            true,
          ),
          tags: ['model'],
        },
      },
      '/metadata': { get: readOperation('metadata', "What vetiver's servers say of a model", 'application/json', { type: 'object' }) },
      '/prototype': {
        get: readOperation('prototype', 'The features as a JSON Schema, as vetiver has it', 'application/json', { type: 'object' }),
      },
      '/openapi.json': { get: readOperation('openapi', 'This document', 'application/json', { type: 'object' }) },
      '/canopy.R': {
        get: readOperation(
          'canopyR',
          'The R file that saves models for here, and asks for predictions from R',
          'text/plain',
          { type: 'string' },
          true,
        ),
      },
      '/docs': { get: readOperation('docs', 'This document as a page, on which a request can be tried', 'text/html', { type: 'string' }) },
      '/health': { get: healthOperation() },
      ...v2Paths(model),
    },
    components: {
      schemas: components(schema, shared, dialects),
      responses: problemResponses(),
      parameters: { RequestId: requestIdParameter(), Model: modelParameter() },
    },
  };
}
