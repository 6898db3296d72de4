import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A local Serverless Framework plugin: imports the model named by `custom.model` before esbuild bundles the functions, puts
 * its artifact into their package and gives them its path; and builds the page for those that answer over HTTP. The build
 * fails where a check row does.
 */
export default class ModelPlugin {
  /** @param {any} serverless @param {object} _options @param {{ log: { notice: (text: string) => void } }} io */
  constructor(serverless, _options, { log }) {
    makeTemporaryFolder();
    /**
     * What is wrong with a model is the user's to mend: the framework shows errors of its class without a stack.
     * @template Value @param {() => Value} work
     */
    const asUserError = (work) => {
      try {
        return work();
      } catch (error) {
        if (error instanceof Error && error.name === 'ModelError') throw new serverless.classes.Error(error.message, 'MODEL');
        throw error;
      }
    };
    const build = async () => {
      const { buildArtifact } = await import('../artifact/build.ts');
      const { leanArtifact } = await import('../artifact/proof.ts');
      const { explainerNames } = await import('./lean.ts');
      const { prepareKernel } = await import('../../shared/predict.ts');
      const { buildPage } = await import('./build-page.ts');
      const project = serverless.serviceDir;
      // What a command that was killed left there would be packaged too, another model's artifact among it.
      rmSync(path.join(project, serverless.service.custom.esbuild.outputWorkFolder), { recursive: true, force: true });
      const { file, model } = asUserError(() => buildArtifact(path.resolve(project, serverless.service.custom.model), project));
      // Of bodies and steps the functions carry what the artifact names (model/bundle/lean.ts).
      const steps = (model.steps ?? []).map(({ kind }) => kind.step);
      const bodies = model.body.kind.types;
      const intervals = (model.intervals ?? []).map(({ by }) => by);
      const explainers = explainerNames(model);
      const kernels = [prepareKernel(model)?.name];
      serverless.service.custom.kinds = { bodies, steps, kinds: [model.schema.kind], explainers, intervals, kernels };
      // A function computes the check rows at its start, and does not carry R's own predictions.
      const relative = path.relative(project, leanArtifact(file, model));
      serverless.service.provider.environment = { ...serverless.service.provider.environment, MODEL_FILE: relative };
      const page = path.relative(project, (await buildPage(project)).file);
      for (const name of serverless.service.getAllFunctions()) {
        const definition = serverless.service.getFunction(name);
        const hasPage = definition.events.some((/** @type {object} */ event) => 'httpApi' in event);
        definition.environment = { ...definition.environment, MODEL_FILE: relative, ...(hasPage ? { PAGE_FILE: page } : {}) };
      }
      serverless.service.package.patterns = [...(serverless.service.package.patterns ?? []), relative, page];
      // Which model is deployed can so be asked of the stack.
      const resources = serverless.service.resources ?? {};
      resources.Outputs = { ...resources.Outputs, ModelSha256: { Description: 'The model the functions hold', Value: model.sha256 } };
      log.notice(`model ${model.card.name} (${model.schema.kind}), sha256 ${model.sha256.slice(0, 8)}, from ${model.card.source.file}`);
      return { MODEL_FILE: relative, PAGE_FILE: page };
    };
    const checkPackages = async () => {
      const { checkPackage } = await import('./check-package.ts');
      const { buildArtifact } = await import('../artifact/build.ts');
      const { serviceDir: project, service } = serverless;
      const { model } = buildArtifact(path.resolve(project, service.custom.model), project);
      for (const name of service.getAllFunctions()) {
        const definition = service.getFunction(name);
        const variables = Object.entries({ ...service.provider.environment, ...definition.environment });
        const environment = Object.fromEntries(variables.map(([key, value]) => [key, String(value)]));
        const zip = path.resolve(project, definition.package.artifact);
        asUserError(() => checkPackage({ name, zip, handler: definition.handler.replace(/\.\w+$/, '.cjs'), environment }, model));
      }
      log.notice('the packaged functions answer the check rows with the same bits');
    };
    this.hooks = {
      'before:deploy:deploy': checkPackages,
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
      // The framework's hook that sets the environment has run by then, and ours cannot come before it.
      'before:invoke:local:invoke': async () => {
        Object.assign(process.env, await build());
      },
      'before:offline:start': build,
      'before:offline:start:init': build,
    };
  }
}

/** The framework and its plugins leave folders behind in the folder for temporary files: they get one that goes with this process. */
function makeTemporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-serverless-'));
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
