// Ends this process as soon as its standard input does, whose other end its parent holds: whatever ends the parent, SIGKILL among
// that, closes it. Loaded before a child's code (node --import), which need not know of it.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.stdin.on('close', () => process.exit(0)).on('error', () => process.exit(0));
  process.stdin.resume();
  // A pipe, whose types are those of any input.
  (process.stdin as unknown as { unref?(): void }).unref?.();
}
