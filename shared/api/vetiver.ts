import type { ModelInfo } from '../schema/card.ts';
import { type Feature, takesMissing } from '../schema/features.ts';
import { exampleRecord } from '../wire/cells.ts';

/*
 * The documents that vetiver's servers have beside predictions (rstudio/vetiver-python, server.py; rstudio/vetiver-r, api.R), for
 * tools that ask a vetiver API what its model is.
 */

/** GET /metadata: what its servers keep of a model. No package is required: nothing of R or Python runs here. */
export function metadata({ card, schema, sha256 }: ModelInfo): object {
  const { name, title, description, madeBy } = card;
  const user = { name, kind: schema.kind, sha256, madeBy, ...(title ? { title } : {}), ...(description ? { description } : {}) };
  return { user, version: sha256.slice(0, 12), url: null, required_pkgs: [], python_version: null };
}

/** GET /prototype: the features as a JSON Schema of one record, with an example each. */
export function prototype({ schema }: ModelInfo): object {
  const record = exampleRecord(schema);
  const properties = schema.features.map((feature): [string, object] => [
    feature.name,
    { example: record[feature.name], ...typeOf(feature, takesMissing(schema, feature)) },
  ]);
  return {
    properties: Object.fromEntries(properties),
    required: schema.features.map(({ name }) => name),
    title: 'prototype',
    type: 'object',
  };
}

function typeOf(feature: Feature, isOptional: boolean): object {
  const orNull = (type: string) => (isOptional ? [type, 'null'] : type);
  switch (feature.type) {
    case 'number':
      return { type: orNull('number') };
    case 'integer64':
      return { type: 'integer' };
    case 'logical':
      return { type: orNull('boolean') };
    case 'date':
      return { type: orNull('string'), format: 'date' };
    case 'datetime':
      return { type: orNull('string'), format: 'date-time' };
    case 'factor': {
      if (feature.others) return { type: orNull('string'), examples: feature.levels };
      const isNull = isOptional && !feature.levels.includes(null);
      return { enum: isNull ? [...feature.levels, null] : feature.levels };
    }
  }
}
