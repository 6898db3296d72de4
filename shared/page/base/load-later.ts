/** The second script's address, which changes with it; only while the first one starts does the browser tell. */
const address = document.currentScript?.dataset.later ?? 'later.js';
let failures = 0;

/** Loads the page's second script at its first use. Rejects where the server cannot be reached; then the next use tries again. */
export async function loadLater(): Promise<typeof import('../later.ts')> {
  const url = new URL(address, document.baseURI);
  // A browser may keep it in mind that a module did not come.
  if (failures > 0) url.searchParams.set('again', String(failures));
  try {
    return await import(url.href);
  } catch (error) {
    failures += 1;
    throw error;
  }
}
