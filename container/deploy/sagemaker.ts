import { AwsError, explain, withClient } from './aws.ts';

type SageMaker = typeof import('@aws-sdk/client-sagemaker');
type Client = InstanceType<SageMaker['SageMakerClient']>;

/** A kind of job, as errors speak of it. */
export type JobKind = {
  /** How Service Quotas calls its instances: "transform job usage". */
  quota: string;
  /** What SageMaker answers where it has none of that name, and how it is said. */
  missing: RegExp;
  none: string;
};

/** Asks SageMaker. Throws an AwsError that says what to do. */
export async function askSageMaker<Result>(
  region: string,
  { quota, missing, none }: JobKind,
  work: (sdk: SageMaker, client: Client) => Promise<Result>,
): Promise<Result> {
  const sdk = await import('@aws-sdk/client-sagemaker');
  const client = new sdk.SageMakerClient({ region, maxAttempts: 5 });
  const inWords = ({ name, message }: Error): AwsError | undefined => {
    if (name.includes('ResourceLimitExceeded')) {
      const where = `in the console under Service Quotas (SageMaker: the instance type "for ${quota}")`;
      return new AwsError(`${message}: ask for more ${where}`);
    }
    return missing.test(message) ? new AwsError(`${message}: found no such ${none}`) : undefined;
  };
  return withClient(
    client,
    () => work(sdk, client),
    (error) => {
      throw inWords(error) ?? explain(error);
    },
  );
}
