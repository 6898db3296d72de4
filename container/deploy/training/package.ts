import type { CreateModelPackageCommandInput } from '@aws-sdk/client-sagemaker';
import { loadModel } from '../../../model/artifact/import.ts';
import type { ModelInfo } from '../../../shared/schema/card.ts';
import { withClient } from '../aws.ts';
import { readS3Place, urlOf } from '../batch/plan.ts';
import { askSageMaker } from '../sagemaker.ts';
import { fetchTrained, TRAINING } from './job.ts';

/** What the container reads and writes. */
const TYPES = ['text/csv', 'application/json', 'application/jsonlines'];
/** Instance types that a package names, since it has to name some; others are not refused for it. */
const INSTANCES = ['ml.m5.large', 'ml.m5.xlarge', 'ml.c7i.large', 'ml.c7i.xlarge'] as const;
/** How SageMaker's registry calls the measures of a kind of model. */
const MEASURES_OF: Record<string, string> = {
  regression: 'regression_metrics',
  classification: 'multiclass_classification_metrics',
  probability: 'multiclass_classification_metrics',
};

/**
 * Registers the model of a job: a version in the group of models, which waits for an approval, with the measures of its card. The ARN of
 * the version. Throws an AwsError.
 */
export async function registerModel(region: string, job: string, group: string, folder: string): Promise<string> {
  const { file, state } = await fetchTrained(region, job, folder);
  const model = loadModel(file);
  const archive = readS3Place('the archive', state.archive);
  const metrics = { bucket: archive.bucket, prefix: `${archive.prefix.slice(0, archive.prefix.lastIndexOf('/') + 1)}model-quality.json` };
  await putJson(region, metrics, qualityOf(model));
  return askSageMaker(region, TRAINING, async (sdk, client) => {
    const about = { ModelPackageGroupName: group, ModelPackageGroupDescription: 'Models trained by canopy' };
    await client.send(new sdk.CreateModelPackageGroupCommand(about)).catch((error: Error) => {
      if (!/already exists/i.test(error.message)) throw error;
    });
    const asked = packageOf({ group, job, model, image: state.image, archive: urlOf(archive), metrics: urlOf(metrics) });
    const { ModelPackageArn = '' } = await client.send(new sdk.CreateModelPackageCommand(asked));
    return ModelPackageArn;
  });
}

/** A model's measures as SageMaker's registry shows them: by the channel `validation` where there was one, else out of the bag. */
export function qualityOf({ schema, card }: ModelInfo): Record<string, Record<string, { value: number; standard_deviation: 'NaN' }>> {
  const { validation, metrics = {} } = card.training ?? {};
  const of = (numbers: Record<string, number>, prefix: string) =>
    Object.entries(numbers).map(([name, value]) => [
      `${prefix}${name.replaceAll('.', '_')}`,
      { value, standard_deviation: 'NaN' as const },
    ]);
  const all = [...of(validation?.metrics ?? {}, ''), ...of(metrics, 'oob_')];
  return { [MEASURES_OF[schema.kind] ?? 'survival_metrics']: Object.fromEntries(all) };
}

type Packaged = { group: string; job: string; model: ModelInfo; image: string; archive: string; metrics: string };

/** What SageMaker is asked for. */
function packageOf({ group, job, model, image, archive, metrics }: Packaged): CreateModelPackageCommandInput {
  const { card, sha256 } = model;
  return {
    ModelPackageGroupName: group,
    ModelPackageDescription: `${card.name}, sha256 ${sha256}`,
    ModelApprovalStatus: 'PendingManualApproval',
    InferenceSpecification: {
      Containers: [{ Image: image, ModelDataUrl: archive }],
      SupportedContentTypes: TYPES,
      SupportedResponseMIMETypes: TYPES,
      SupportedRealtimeInferenceInstanceTypes: [...INSTANCES],
      SupportedTransformInstanceTypes: [...INSTANCES].filter((type) => type.startsWith('ml.m5')),
    },
    ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: metrics } } },
    CustomerMetadataProperties: { job, sha256, rows: String(card.training?.rows ?? ''), seed: String(card.training?.seed ?? '') },
  };
}

async function putJson(region: string, place: { bucket: string; prefix: string }, value: unknown): Promise<void> {
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({ region, forcePathStyle: true });
  const Body = `${JSON.stringify(value, undefined, 2)}\n`;
  const asked = { Bucket: place.bucket, Key: place.prefix, Body, ContentType: 'application/json' };
  await withClient(client, () => client.send(new s3.PutObjectCommand(asked)));
}
