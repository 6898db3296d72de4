/** How often it is looked whether the parent is still there, in milliseconds. */
const LOOK_EVERY = 500;

/**
 * Calls back once this process's parent has ended. npm starts its scripts through a shell; where that does not become the script
 * (Debian's dash), it alone gets the signal that ends npm, and passes nothing on. The parent's id is all that tells of it on every
 * system; `parent` is that id as it was when this process began.
 */
export function onParentGone(parent: number, then: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, LOOK_EVERY);
  timer.unref();
}
