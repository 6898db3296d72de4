import { transformSync } from 'esbuild';

/** jest's transform for TypeScript: types are taken off, nothing else changes. */
export default {
  /** @param {string} source @param {string} filename */
  process(source, filename) {
    const { code } = transformSync(source, { loader: 'ts', format: 'esm', target: 'node24', sourcefile: filename, sourcemap: 'inline' });
    return { code };
  },
};
