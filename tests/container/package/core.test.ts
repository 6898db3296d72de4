import path from 'node:path';
import { expect, test } from '@jest/globals';
import { findCore } from '../../../container/package/core.ts';
import { PROJECT } from '../../support/project.ts';

const { whole } = findCore(PROJECT);
const at = (file: string) => path.join(PROJECT, file);

test('a source that uses a module of the core imports all of it', () => {
  const source = "import { ModelError } from '../../shared/errors.ts';\n";
  const given = whole(source, at('model/commands/some.ts'));
  expect(given.startsWith(source)).toBe(true);
  expect(given).toContain(JSON.stringify(at('shared/proof/check.ts')));
});

test('the core itself, what uses types of it alone, and the threads of a training stay as they are', () => {
  const source = "import { ModelError } from '../errors.ts';\n";
  expect(whole(source, at('shared/schema/rows.ts'))).toBe(source);
  expect(whole(source, at('shared/artifact.ts'))).toBe(source);
  const types = "import type { Model } from '../../shared/artifact.ts';\n";
  expect(whole(types, at('model/commands/some.ts'))).toBe(types);
  const thread = "import { ModelError } from '../../shared/errors.ts';\n";
  expect(whole(thread, at('model/train/some.ts'))).toBe(thread);
});
