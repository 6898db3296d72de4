/** Loads the page's second script at its first use. Rejects where the server cannot be reached; then the next use tries again. */
export const loadLater = loader<typeof import('../later.ts')>('later');
/** Loads what shows the reasons of an answer, in the same way. */
export const loadReasons = loader<typeof import('../reasons.ts')>('reasons');

function loader<Module>(name: string): () => Promise<Module> {
  let failures = 0;
  return async () => {
    // The address changes with the script; the first one's element has it.
    const address = document.querySelector<HTMLElement>(`script[data-${name}]`)?.dataset[name] ?? `${name}.js`;
    const url = new URL(address, document.baseURI);
    // A browser may keep it in mind that a module did not come.
    if (failures > 0) url.searchParams.set('again', String(failures));
    try {
      return await import(url.href);
    } catch (error) {
      failures += 1;
      throw error;
    }
  };
}
