import { expect, test } from '@jest/globals';
import { startThreads } from '../../../model/batch/threads.ts';
import { NO_COLUMNS } from '../../../shared/batch/columns.ts';

test('rows that come after a thread has ended are refused with its reason, and never wait for it', async () => {
  const threads = startThreads(
    {
      // No artifact: the thread ends as soon as it starts.
      artifact: new SharedArrayBuffer(0),
      table: undefined,
      rows: { form: 'jsonlines', columns: NO_COLUMNS },
      output: 'jsonlines',
      onError: 'fail',
    },
    1,
  );
  const piece = { bytes: Buffer.from('{}\n'), records: 1, line: 1, isLast: true };
  await expect(threads.compute({ piece })).rejects.toThrow('the model');
  await expect(threads.compute({ piece })).rejects.toThrow('the model');
  await threads.close();
});
