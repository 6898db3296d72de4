import { buildArtifact } from '../model/artifact/build.ts';
import { endInWords, print, readCommandLine } from '../model/commands/command-line.ts';
import { chooseModel } from '../model/examples/examples.ts';
import { deleteKeysTable, hasKeysTable, tableName } from './deploy/account/deployed.ts';
import { AwsError, accountOf, emptyBucket, stackOutputs } from './deploy/aws.ts';
import { framework, openSteps, type Place, PROJECT, readParams, readPlace, type Stack, stackName } from './deploy/steps.ts';

const HELP = `Takes away the endpoint, then the API; safe to repeat.

  npm run remove -- [--stage dev] [--region sa-east-1] [--keys] [--endpoint-only [--model FILE | --example NAME] [--param NAME=VALUE]...]

  --keys               the callers' keys go too (auth=keys); without it their table is left
  --endpoint-only      the API stays, and answers from its fallback
  --model FILE, --example NAME   what the API was deployed with (the example heart-age), since it is deployed anew
  --param NAME=VALUE   a parameter it was deployed with
`;
const LEFT = `What is left, and how it goes:
  CloudWatch metrics    expire by themselves within 15 months; nothing is charged for old ones
  X-Ray traces          expire by themselves after 30 days
  the image here        podman rmi canopy (or docker, buildah)
  imported models here  the folder .canopy`;

await main().catch(endInWords);

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = readCommandLine({
    options: {
      stage: text,
      region: text,
      model: text,
      example: text,
      param: { ...text, multiple: true },
      'endpoint-only': flag,
      keys: flag,
      help: flag,
    },
  });
  if (values.help) {
    print(HELP);
    return;
  }
  const place = readPlace(values);
  const model = chooseModel({ model: values.model, example: values.example, project: PROJECT, from: '.' });
  const stays = values['endpoint-only'] ?? false;
  const params = readParams(values.param ?? []);
  if (stays && values.keys)
    throw new AwsError('--keys: found it with --endpoint-only, whose API stays and needs them; expected one of them');
  console.log(`account ${await accountOf(place.region)}, stage ${place.stage}, region ${place.region}`);
  const step = openSteps(values.keys ? 4 : 3, console.log);
  // The API last: until then it answers, from its fallback once the endpoint is gone.
  if (stays) await step('the API, without the endpoint', () => forget(place, model, params));
  await step('every version of every model in the bucket', async () => {
    const bucket = (await stackOutputs(place.region, stackName('endpoint', place.stage)))?.ModelBucketName;
    const count = bucket === undefined ? 0 : await emptyBucket(place.region, bucket);
    return { said: bucket === undefined ? 'there is no bucket' : `${count} deleted`, value: undefined };
  });
  await step('the endpoint', () => removeStack(place, 'endpoint'));
  if (!stays) await step('the API', () => removeStack(place, 'api'));
  // Somebody without auth=keys may have no rights to ask for a table.
  const hasKeys = await hasKeysTable(place.region, place.stage).catch((error) => {
    if (values.keys) throw error;
    return false;
  });
  if (values.keys) {
    await step("the callers' keys", async () => {
      if (hasKeys) await deleteKeysTable(place.region, place.stage);
      return { said: hasKeys ? 'are gone' : 'there were none', value: undefined };
    });
  }
  console.log(
    hasKeys && !stays && !values.keys
      ? `${LEFT}\n  the callers' keys     the table ${tableName(place.stage)}: npm run remove -- --keys`
      : LEFT,
  );
}

async function removeStack(place: Place, stack: Stack): Promise<{ said: string; value: undefined }> {
  if ((await stackOutputs(place.region, stackName(stack, place.stage))) === undefined) return { said: 'was not there', value: undefined };
  await framework(stack, 'remove', place);
  if ((await stackOutputs(place.region, stackName(stack, place.stage))) !== undefined) {
    throw new AwsError(`${stackName(stack, place.stage)}: still there after its removal; its events in the CloudFormation console say why`);
  }
  return { said: 'is gone', value: undefined };
}

/** Deploys the API without the endpoint. Throws an AwsError where the model file is not the one it holds. */
async function forget(place: Place, model: string, params: Record<string, string>): Promise<{ said: string; value: undefined }> {
  const api = await stackOutputs(place.region, stackName('api', place.stage));
  if ((api?.EndpointName ?? 'none') === 'none') return { said: 'it knew of none', value: undefined };
  const { sha256 } = buildArtifact(model, PROJECT).model;
  if (api?.ModelSha256 !== sha256) {
    throw new AwsError(
      `${model}: found sha256 ${sha256.slice(0, 8)}, but the API holds ${api?.ModelSha256?.slice(0, 8)}; name its file with --model`,
    );
  }
  await framework('api', 'deploy', place, { ...params, model });
  return { said: 'answers from its fallback', value: undefined };
}
