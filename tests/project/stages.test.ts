import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { PROJECT } from '../support/project.ts';

type Workflow = { jobs: Record<string, { steps: { run?: string }[] }> };

const [, list = ''] = /^stages='([^']+)'$/m.exec(readFileSync(path.join(PROJECT, '.ci/run'), 'utf8')) ?? [];
const stages = list.split(' ');
const { jobs } = parse(readFileSync(path.join(PROJECT, '.github/workflows/ci.yml'), 'utf8')) as Workflow;
/** The stages that a job of the workflow runs, in its order. */
const stagesOf = (job: string) =>
  (jobs[job]?.steps ?? []).flatMap(({ run = '' }) => {
    const [, names] = /^bash \.ci\/run (.+)$/.exec(run) ?? [];
    return names ? names.split(' ') : [];
  });

test('the workflow runs every stage of .ci/run in its order, the rehearsal in a job with rights of its own', () => {
  expect(stages).toContain('boosting');
  expect(stagesOf('ci')).toEqual(stages.filter((stage) => stage !== 'rehearse'));
  expect(stagesOf('rehearse')).toEqual(['install', 'rehearse', 'left']);
});
