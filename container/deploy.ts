import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Built, buildArtifact } from '../model/artifact/build.ts';
import { endInWords, print, readCommandLine } from '../model/commands/command-line.ts';
import { chooseModel, EXAMPLE_HELP } from '../model/examples/examples.ts';
import { accessProblems, accessSettings, openingProblems } from './deploy/access.ts';
import { deployedApi } from './deploy/account/deployed.ts';
import { deadlineOf, keptEndpoint } from './deploy/account/kept-endpoint.ts';
import { packArtifact } from './deploy/archive.ts';
import { AwsError, accountOf, ecrLogin, putOnce, stackOutputs } from './deploy/aws.ts';
import { costInWords, type Plan } from './deploy/costs.ts';
import { buildImage, findTool, pushImage, type Tool } from './deploy/image-tool.ts';
import { lookForNeeds } from './deploy/needs.ts';
import { endpointStageProblems, idleParameters, problemsOf } from './deploy/parameters.ts';
import { planInWords } from './deploy/plan.ts';
import { inPartition } from './deploy/regions.ts';
import { parseRepository, type Repository } from './deploy/registry.ts';
import { statementsFor } from './deploy/rights.ts';
import {
  endpointName,
  framework,
  openSteps,
  type Place,
  PROJECT,
  paramDefaults,
  readParams,
  readPlace,
  stackName,
} from './deploy/steps.ts';
import { packagedTemplate, resourcesMade } from './deploy/templates.ts';

const HELP = `Deploys the API, then the endpoint behind it; safe to repeat, and the API answers at every moment.

  npm run deploy -- [--stage dev] [--region sa-east-1] [--model FILE | --example NAME | --from-job JOB] [--api-only] [--param NAME=VALUE]...

  --model FILE         the model file: saved by saveRDS, a booster's own file, or an artifact (*.canopy)
  --example NAME       ${EXAMPLE_HELP}; heart-age without --model
  --from-job JOB       the model of a training job (npm run train-job)
  --api-only           the API with the fallback, and no endpoint
  --param NAME=VALUE   a parameter of serverless.yml or container/serverless.yml, such as hosting=instances
  --tool NAME          docker, podman or buildah
  --base IMAGE         the image that ours is built on, by digest (node:24-bookworm-slim@sha256:...)
  --param auth=KIND    who may call the API: none, keys (npm run keys), jwt or iam; a deploy to prod asks for it
  --dry-run            changes nothing and prints the plan: stacks and resources, steps, what it needs and whether it is there, costs
  --policy             changes nothing and prints the IAM policy that such a deploy needs
  --repository HOST/NAME --plain-http   pushes the image there instead of ECR (for rehearsals)
`;

/** Most characters of a managed policy, blanks not counted (IAM's quotas). */
const MANAGED_POLICY = 6_144;

/** What was asked for on the command line. */
type Options = {
  place: Place;
  model: string;
  apiOnly: boolean;
  params: Record<string, string>;
  tool?: string;
  base?: string;
  repository?: Repository;
};

await main().catch(endInWords);

async function main(): Promise<void> {
  const given = await readOptions();
  if (given === undefined) return;
  const { options, only } = given;
  const { place, params } = options;
  const problems = problemsOf({ region: place.region, params });
  const access = accessSettings(paramDefaults('api', place.stage), params);
  if (only === undefined) problems.push(...accessProblems(access, place.stage));
  if (!options.apiOnly) problems.push(...endpointStageProblems(place.stage));
  if (problems.length > 0) throw new AwsError(problems.join('\n'));
  const plan = planOf(options);
  if (only === 'policy') return printPolicy(await policyOf(options, plan));
  // Everything that can be known beforehand is asked before anything is changed.
  const built = buildArtifact(path.resolve(options.model), PROJECT);
  console.log(`model ${built.model.card.name} (sha256 ${built.model.sha256.slice(0, 8)}), stage ${place.stage}, region ${place.region}`);
  if (only === 'dry-run') return dryRun(options, plan);
  console.log(costInWords(plan));
  console.log(`account ${await accountOf(place.region)}`);
  const [opening] = openingProblems(
    access,
    place.stage,
    await deployedApi(place.region, stackName('api', place.stage)),
    params.auth !== undefined,
  );
  if (opening !== undefined) throw new AwsError(opening);
  const tool = plan.hosting === 'none' ? undefined : await findTool(options.tool);

  const step = openSteps(tool === undefined ? 1 : 5, console.log);
  const api = { ...params, model: path.resolve(options.model) };
  const kept = await keptEndpoint(place, plan, params);
  const known = kept.endpoint ?? 'none';
  await step('the API', async () => {
    const output = await framework('api', 'deploy', place, { ...api, ...kept });
    // What container/deploy/plugin.js says of it.
    for (const [note] of output.matchAll(/^note: .*$/gm)) console.log(note);
    return { said: known === 'none' ? 'answers from its fallback' : `asks ${known} first, as before`, value: undefined };
  });
  if (tool !== undefined) {
    await deployEndpoint(step, options, plan, built, tool);
    await step('the API, with the name of the endpoint', async () => {
      if (known === endpointName(place.stage)) return { said: 'it had it already', value: undefined };
      const endpoint = { endpoint: endpointName(place.stage), endpointDeadlineMs: deadlineOf(plan.hosting, params) };
      await framework('api', 'deploy', place, { ...api, ...endpoint });
      return { said: `asks ${endpointName(place.stage)} first`, value: undefined };
    });
  }
  const outputs = await stackOutputs(place.region, stackName('api', place.stage));
  console.log(`page and API ${outputs?.Url ?? outputs?.HttpApiUrl ?? 'unknown'}\ndashboard    ${outputs?.DashboardUrl ?? 'unknown'}`);
}

/** The endpoint's three steps: what image and model are put into, both of them, and the endpoint itself. */
async function deployEndpoint(step: ReturnType<typeof openSteps>, options: Options, plan: Plan, built: Built, tool: Tool): Promise<void> {
  const { place, params } = options;
  const name = stackName('endpoint', place.stage);
  const stores = await step('repository, bucket and role', async () => {
    const there = await stackOutputs(place.region, name);
    if (there?.RepositoryUri && there.ModelBucketName) return { said: 'were there', value: there };
    // Without image and model, so without an endpoint: where there is one already this step is not taken.
    await framework('endpoint', 'deploy', place, params);
    return { said: 'are there', value: (await stackOutputs(place.region, name)) ?? {} };
  });
  const pushed = await step('image and model', () => pushBoth(options, built, tool, stores));
  await step('the endpoint', async () => {
    const changed = plan.hosting === 'serverless' ? 'serverless' : plan.instanceType;
    if (stores.Scaling === 'on' && stores.InstanceType !== changed) {
      // SageMaker refuses another instance type while a scaling target is registered.
      const before = {
        image: stores.Image ?? '',
        modelKey: stores.ModelKey ?? '',
        hosting: 'instances',
        instanceType: stores.InstanceType ?? '',
      };
      await framework('endpoint', 'deploy', place, { ...params, ...before, scaling: 'off' });
    }
    await framework('endpoint', 'deploy', place, { ...params, ...pushed });
    return { said: `${endpointName(place.stage)} serves ${built.model.sha256.slice(0, 8)}`, value: undefined };
  });
}

async function pushBoth(options: Options, built: Built, tool: Tool, stores: Record<string, string>) {
  const { region } = options.place;
  const repository = options.repository ?? parseRepository(stores.RepositoryUri ?? '');
  const id = await buildImage(tool, PROJECT, { base: options.base });
  const login = await ecrLogin(repository.host);
  const { image, bytes, wasThere } = await pushImage(tool, { ...repository, login }, id);
  const archive = await packArtifact(readFileSync(built.file));
  const isNew = await putOnce(region, stores.ModelBucketName ?? '', archive.key, archive.bytes);
  const said = `${wasThere ? 'image was there' : 'image pushed'} (${(bytes / 1e6).toFixed(1)} MB), ${isNew ? 'model put' : 'model was there'}`;
  return { said, value: { image, modelKey: archive.key } };
}

/** Both stacks' resource types, as a deploy with these options would make them. */
async function resourcesOf({ place, params, model }: Options, plan: Plan) {
  const api = { ...params, model: path.resolve(model), ...(plan.hosting === 'none' ? {} : { endpoint: endpointName(place.stage) }) };
  const made = { api: resourcesMade(await packagedTemplate('api', place, api)) };
  if (plan.hosting === 'none') return made;
  // Both are known once the image is pushed; here they only stand for an endpoint that is there.
  const endpoint = { ...params, image: 'image', modelKey: 'model' };
  return { ...made, endpoint: resourcesMade(await packagedTemplate('endpoint', place, endpoint)) };
}

function printPolicy(policy: object): void {
  console.log(JSON.stringify(policy, undefined, 2));
  const size = JSON.stringify(policy).length;
  if (size > MANAGED_POLICY)
    process.stderr.write(
      `found ${size} characters, and a managed policy has room for ${MANAGED_POLICY}: use container/deploy/iam-policy.json and ` +
        'iam-policy-endpoint.json, which are two, or an inline policy of a role\n',
    );
}

async function policyOf(options: Options, plan: Plan) {
  const made = await resourcesOf(options, plan);
  const types = [...made.api.keys(), ...('endpoint' in made ? made.endpoint.keys() : [])];
  return {
    Version: '2012-10-17',
    Statement: inPartition(
      statementsFor({ types, withEndpoint: plan.hosting !== 'none', kmsKey: options.params.kmsKey }),
      options.place.region,
    ),
  };
}

/** Prints the plan and changes nothing, here or in the account. */
async function dryRun(options: Options, plan: Plan): Promise<void> {
  const { place, params, tool } = options;
  const made = await resourcesOf(options, plan);
  const types = [...made.api.keys(), ...('endpoint' in made ? made.endpoint.keys() : [])];
  const withEndpoint = plan.hosting !== 'none';
  const statements = inPartition(statementsFor({ types, withEndpoint, kmsKey: params.kmsKey }), place.region);
  const needs = await lookForNeeds(place, statements, withEndpoint, tool);
  console.log(planInWords(place, plan, made, needs, idleParameters(params, plan.hosting)));
}

/** What is to be deployed, of parameters that were checked. */
function planOf({ apiOnly, params }: Options): Plan {
  const hosting = params.hosting === 'instances' ? 'instances' : 'serverless';
  return {
    hosting: apiOnly ? 'none' : hosting,
    instanceType: params.instanceType ?? 'ml.c7i.large',
    instanceCount: Number(params.instanceCount ?? 1),
  };
}

/** The file of the model that a command line asks for; that of a training job is fetched. */
async function modelOf(place: Place, values: { model?: string; example?: string; 'from-job'?: string }): Promise<string> {
  const { model, example, 'from-job': job } = values;
  if (job === undefined) return chooseModel({ model, example, project: PROJECT, from: '.' });
  if (model !== undefined || example !== undefined)
    throw new AwsError('--from-job: found it with --model or --example, expected one of the three');
  const { fetchTrained } = await import('./deploy/training/job.ts');
  return (await fetchTrained(place.region, job, path.join(PROJECT, '.canopy/jobs'))).file;
}

async function readOptions(): Promise<{ options: Options; only: 'dry-run' | 'policy' | undefined } | undefined> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = readCommandLine({
    options: {
      stage: text,
      region: text,
      model: text,
      example: text,
      'from-job': text,
      tool: text,
      base: text,
      repository: text,
      param: { ...text, multiple: true },
      'plain-http': flag,
      'api-only': flag,
      'dry-run': flag,
      policy: flag,
      help: flag,
    },
  });
  if (values.help) {
    print(HELP);
    return undefined;
  }
  const { repository, tool, base } = values;
  const place = readPlace(values);
  const options: Options = {
    place,
    model: await modelOf(place, values),
    apiOnly: values['api-only'] ?? false,
    params: readParams(values.param ?? []),
    ...(tool === undefined ? {} : { tool }),
    ...(base === undefined ? {} : { base }),
    ...(repository === undefined ? {} : { repository: { ...parseRepository(repository), plainHttp: values['plain-http'] ?? false } }),
  };
  return { options, only: values.policy ? 'policy' : values['dry-run'] ? 'dry-run' : undefined };
}
