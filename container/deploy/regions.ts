/** AWS's regions in which both Lambda and SageMaker run, of the partitions that the templates can be deployed to (botocore 1.40's endpoints). */
export const REGIONS = (
  'af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ' +
  'ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 ' +
  'eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 ' +
  'us-east-1 us-east-2 us-west-1 us-west-2 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1'
).split(' ');

/** The partition of AWS that a region is in, with which the names of its resources begin. */
function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Statements of a policy as they are in a region: IAM refuses resources of another partition. */
export function inPartition<Statement extends { Resource: string[] }>(statements: Statement[], region: string): Statement[] {
  const begin = `arn:${partitionOf(region)}:`;
  return statements.map((statement) => ({ ...statement, Resource: statement.Resource.map((arn) => arn.replace(/^arn:aws:/, begin)) }));
}

/** What is wrong with a region's name; undefined where it is one. Names the region that was nearly written. */
export function regionProblem(region: string): string | undefined {
  if (REGIONS.includes(region)) return undefined;
  const near = REGIONS.find((known) => isNear(known, region));
  return `--region: found ${region}, expected a region of AWS${near === undefined ? '' : `; did you mean ${near}?`} (such as sa-east-1)`;
}

/** Whether two names are one change, one more or one missing character apart. */
function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < Math.min(one.length, other.length) - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return Math.max(one.length, other.length) - start - end <= 1;
}
