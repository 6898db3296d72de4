/**
 * Instance types on which SageMaker hosts an endpoint's variant, a family a line with its sizes (ProductionVariantInstanceType in
 * SageMaker's service model, read from botocore in November 2026). Not every region has each.
 */
const SIZES = {
  old: 'large xlarge 2xlarge 4xlarge 12xlarge 24xlarge',
  ice: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge',
  seven: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  graviton: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge',
  graviton4: 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  gpu: 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  gpu7: '2xlarge 4xlarge 8xlarge 12xlarge 24xlarge 48xlarge',
};
const FAMILIES: Record<string, string> = {
  t2: 'medium large xlarge 2xlarge',
  m4: 'xlarge 2xlarge 4xlarge 10xlarge 16xlarge',
  c4: 'large xlarge 2xlarge 4xlarge 8xlarge',
  c5: 'large xlarge 2xlarge 4xlarge 9xlarge 18xlarge',
  c5d: 'large xlarge 2xlarge 4xlarge 9xlarge 18xlarge',
  ...of(SIZES.old, 'm5 m5d r5 r5d'),
  ...of(SIZES.ice, 'c6i c6in m6i r6i'),
  ...of(SIZES.seven, 'c7i m7i r7i'),
  ...of(SIZES.graviton, 'c6g c6gd c6gn c7g m6g m6gd r6g r6gd'),
  r7gd: 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge',
  ...of(SIZES.graviton4, 'c8g m8g r8g'),
  ...of(SIZES.gpu, 'g5 g6 g6e'),
  ...of(SIZES.gpu7, 'g7 g7e'),
  g4dn: 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge',
  p2: 'xlarge 8xlarge 16xlarge',
  p3: '2xlarge 8xlarge 16xlarge',
  ...of('24xlarge', 'dl1 p4d p4de'),
  p5: '4xlarge 48xlarge',
  ...of('48xlarge', 'p5e p5en p6-b200 p6-b300 trn2'),
  'p6e-gb200': '36xlarge',
  inf1: 'xlarge 2xlarge 6xlarge 24xlarge',
  inf2: 'xlarge 8xlarge 24xlarge 48xlarge',
  trn1: '2xlarge 32xlarge',
  trn1n: '32xlarge',
};
/** The processors that AWS makes, on which an image for linux/amd64 does not run. */
const ARM = /^[a-z]+\d+g|^p6e-gb200$/;

function of(sizes: string, families: string): Record<string, string> {
  return Object.fromEntries(families.split(' ').map((family) => [family, sizes]));
}

/** What is wrong with an instance type for this image; undefined where nothing is. */
export function instanceTypeProblem(type: string): string | undefined {
  const bare = type.startsWith('ml.') ? type.slice(3) : type;
  const [family = '', size = '', ...more] = bare.split('.');
  const sizes = Object.hasOwn(FAMILIES, family) ? (FAMILIES[family] as string).split(' ') : undefined;
  const isKnown = sizes?.includes(size) && more.length === 0;
  if (isKnown && !type.startsWith('ml.')) return `found ${type}, expected ml.${type}: SageMaker's instance types begin with "ml."`;
  if (sizes === undefined) return `found ${type}, expected an instance type that SageMaker hosts endpoints on, such as ml.c7i.large`;
  if (!isKnown) return `found ${type}, expected a size of ml.${family}: ${sizes.join(', ')}`;
  if (ARM.test(family)) return `found ${type}, expected an instance with an x86 processor, such as ml.c7i.large: the image is linux/amd64`;
  return undefined;
}
