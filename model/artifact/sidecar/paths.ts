import path from 'node:path';

/** Where a model file's sidecar may lie: NAME.model.json, or model.json for all models of a folder. A booster may be called model.json itself. */
export function sidecarPaths(modelFile: string): string[] {
  const { dir, name } = path.parse(modelFile);
  return [path.join(dir, `${name}.model.json`), path.join(dir, 'model.json')].filter((file) => file !== path.normalize(modelFile));
}
