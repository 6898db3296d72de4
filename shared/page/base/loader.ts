/** Makes what loads another of the page's scripts at its first use. It rejects where the server cannot be reached; then the next use tries again. */
export function loader<Module>(name: string): () => Promise<Module> {
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
