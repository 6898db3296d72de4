/**
 * What the credentials of a deploy must be allowed to do, a resource type a line: CloudFormation makes, reads, changes and removes each
 * with the caller's rights. The actions are those of the types' handlers in CloudFormation's registry for the properties that our
 * templates set, and of the service authorization reference. Not tried against AWS itself: where one is missing, its error names it.
 */
export const RIGHTS: Record<string, Right[]> = {
  'AWS::S3::Bucket': [
    {
      on: 'buckets',
      actions:
        's3:CreateBucket s3:DeleteBucket s3:ListBucket s3:GetBucketLocation s3:GetBucketTagging s3:PutBucketTagging s3:GetEncryptionConfiguration ' +
        's3:PutEncryptionConfiguration s3:GetBucketVersioning s3:PutBucketVersioning s3:GetBucketOwnershipControls s3:PutBucketOwnershipControls ' +
        's3:GetBucketPublicAccessBlock s3:PutBucketPublicAccessBlock s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration',
    },
  ],
  'AWS::S3::BucketPolicy': [{ on: 'buckets', actions: 's3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy' }],
  'AWS::Logs::LogGroup': [
    {
      on: 'logGroups',
      actions: 'logs:CreateLogGroup logs:DeleteLogGroup logs:PutRetentionPolicy logs:TagResource logs:ListTagsForResource',
    },
    { on: 'any', actions: 'logs:DescribeLogGroups' },
  ],
  'AWS::IAM::Role': [
    {
      on: 'roles',
      actions:
        'iam:CreateRole iam:DeleteRole iam:GetRole iam:UpdateAssumeRolePolicy iam:TagRole iam:GetRolePolicy iam:PutRolePolicy ' +
        'iam:DeleteRolePolicy iam:ListRolePolicies iam:ListAttachedRolePolicies',
    },
  ],
  'AWS::IAM::Policy': [{ on: 'roles', actions: 'iam:GetRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy' }],
  'AWS::Lambda::Function': [
    {
      on: 'functions',
      actions:
        'lambda:CreateFunction lambda:DeleteFunction lambda:GetFunction lambda:GetFunctionConfiguration lambda:UpdateFunctionCode ' +
        'lambda:UpdateFunctionConfiguration lambda:PutFunctionConcurrency lambda:DeleteFunctionConcurrency lambda:GetFunctionCodeSigningConfig ' +
        'lambda:GetFunctionRecursionConfig lambda:GetRuntimeManagementConfig lambda:TagResource lambda:ListTags',
    },
    { on: 'passedToLambda', actions: 'iam:PassRole' },
  ],
  'AWS::Lambda::Version': [{ on: 'functions', actions: 'lambda:PublishVersion lambda:ListVersionsByFunction' }],
  'AWS::Lambda::Permission': [{ on: 'functions', actions: 'lambda:AddPermission lambda:RemovePermission lambda:GetPolicy' }],
  'AWS::StepFunctions::StateMachine': [
    {
      on: 'machines',
      actions:
        'states:CreateStateMachine states:DeleteStateMachine states:DescribeStateMachine states:UpdateStateMachine states:TagResource ' +
        'states:ListTagsForResource',
    },
    { on: 'passedToStates', actions: 'iam:PassRole' },
  ],
  'AWS::ApiGatewayV2::Api': [gateway()],
  'AWS::ApiGatewayV2::Integration': [gateway()],
  'AWS::ApiGatewayV2::Route': [gateway()],
  'AWS::ApiGatewayV2::Stage': [
    gateway(),
    // The stage's access log.
    {
      on: 'any',
      actions:
        'logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries ' +
        'logs:DescribeResourcePolicies logs:PutResourcePolicy',
    },
  ],
  'AWS::ApiGatewayV2::Authorizer': [gateway()],
  'AWS::DynamoDB::Table': [
    {
      on: 'tables',
      actions:
        'dynamodb:CreateTable dynamodb:DeleteTable dynamodb:DescribeTable dynamodb:UpdateTable dynamodb:TagResource dynamodb:ListTagsOfResource ' +
        'dynamodb:DescribeContinuousBackups dynamodb:UpdateContinuousBackups dynamodb:DescribeTimeToLive',
    },
  ],
  'AWS::Budgets::Budget': [
    { on: 'budgets', actions: 'budgets:ModifyBudget budgets:ViewBudget budgets:TagResource budgets:ListTagsForResource' },
    { on: 'any', actions: 'billing:GetBillingViewData' },
  ],
  'AWS::SNS::Topic': [
    {
      on: 'topics',
      actions:
        'sns:CreateTopic sns:DeleteTopic sns:GetTopicAttributes sns:SetTopicAttributes sns:GetDataProtectionPolicy sns:TagResource ' +
        'sns:ListTagsForResource sns:ListSubscriptionsByTopic',
    },
  ],
  'AWS::SNS::Subscription': [
    { on: 'topics', actions: 'sns:Subscribe sns:ListSubscriptionsByTopic' },
    { on: 'any', actions: 'sns:Unsubscribe sns:GetSubscriptionAttributes' },
  ],
  'AWS::CloudWatch::Alarm': [
    {
      on: 'alarms',
      actions:
        'cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:TagResource ' +
        'cloudwatch:ListTagsForResource',
    },
  ],
  'AWS::CloudWatch::Dashboard': [
    { on: 'dashboards', actions: 'cloudwatch:PutDashboard cloudwatch:GetDashboard cloudwatch:DeleteDashboards' },
  ],
  'AWS::ECR::Repository': [
    {
      on: 'repositories',
      actions:
        'ecr:CreateRepository ecr:DeleteRepository ecr:DescribeRepositories ecr:GetRepositoryPolicy ecr:GetLifecyclePolicy ' +
        'ecr:PutLifecyclePolicy ecr:PutImageScanningConfiguration ecr:PutImageTagMutability ecr:BatchDeleteImage ecr:ListImages ' +
        'ecr:TagResource ecr:ListTagsForResource',
    },
  ],
  'AWS::SageMaker::Model': [
    {
      on: 'sagemaker',
      actions: 'sagemaker:CreateModel sagemaker:DescribeModel sagemaker:DeleteModel sagemaker:AddTags sagemaker:ListTags',
    },
    { on: 'passedToSageMaker', actions: 'iam:PassRole' },
  ],
  'AWS::SageMaker::EndpointConfig': [
    {
      on: 'sagemaker',
      actions:
        'sagemaker:CreateEndpointConfig sagemaker:DescribeEndpointConfig sagemaker:DeleteEndpointConfig sagemaker:AddTags ' +
        'sagemaker:ListTags',
    },
  ],
  'AWS::SageMaker::Endpoint': [
    {
      on: 'sagemaker',
      actions:
        'sagemaker:CreateEndpoint sagemaker:UpdateEndpoint sagemaker:DescribeEndpoint sagemaker:DeleteEndpoint sagemaker:AddTags ' +
        'sagemaker:ListTags',
    },
  ],
  'AWS::ApplicationAutoScaling::ScalableTarget': [
    {
      on: 'any',
      actions:
        'application-autoscaling:RegisterScalableTarget application-autoscaling:DeregisterScalableTarget ' +
        'application-autoscaling:DescribeScalableTargets',
    },
    {
      on: 'sagemaker',
      actions: 'sagemaker:DescribeEndpoint sagemaker:DescribeEndpointConfig sagemaker:UpdateEndpointWeightsAndCapacities',
    },
    // Once an account: the role by which scaling itself works.
    { on: 'scalingRole', actions: 'iam:CreateServiceLinkedRole' },
  ],
  'AWS::ApplicationAutoScaling::ScalingPolicy': [
    {
      on: 'any',
      actions:
        'application-autoscaling:PutScalingPolicy application-autoscaling:DeleteScalingPolicy application-autoscaling:DescribeScalingPolicies',
    },
    { on: 'scalingAlarms', actions: 'cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms' },
  ],
};

/** What parameters alone add: auth=jwt, budget, auth=keys and batch=on. */
export const ADDED = ['AWS::ApiGatewayV2::Authorizer', 'AWS::Budgets::Budget', 'AWS::DynamoDB::Table', 'AWS::StepFunctions::StateMachine'];

/** What kmsKey adds: the functions' variables, the table, the bucket and the uploads are encrypted with the rights of who deploys. */
const WITH_KEY: Right[] = [
  { on: 'keys', actions: 'kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey' },
  { on: 'logGroups', actions: 'logs:AssociateKmsKey logs:DisassociateKmsKey' },
];

/** What the commands themselves do beside the resources: the framework with its stack and bucket; the model's archive; the image. */
export const COMMANDS: { api: Right[]; endpoint: Right[] } = {
  api: [
    {
      on: 'stacks',
      actions:
        'cloudformation:CreateStack cloudformation:UpdateStack cloudformation:DeleteStack cloudformation:DescribeStacks ' +
        'cloudformation:DescribeStackEvents cloudformation:DescribeStackResource cloudformation:ListStackResources cloudformation:GetTemplate ' +
        'cloudformation:CreateChangeSet cloudformation:DescribeChangeSet cloudformation:ExecuteChangeSet cloudformation:DeleteChangeSet ' +
        'cloudformation:TagResource',
    },
    { on: 'any', actions: 'cloudformation:ValidateTemplate sts:GetCallerIdentity lambda:GetAccountSettings' },
    // How many executions can be reserved (reservedConcurrency=auto), beside what is.
    { on: 'functions', actions: 'lambda:GetFunctionConcurrency' },
    { on: 'objects', actions: 's3:GetObject s3:PutObject s3:DeleteObject' },
  ],
  endpoint: [
    { on: 'buckets', actions: 's3:ListBucketVersions' },
    { on: 'objects', actions: 's3:DeleteObjectVersion' },
    { on: 'any', actions: 'ecr:GetAuthorizationToken' },
    // The model of a training job (--from-job).
    { on: 'trainingJobs', actions: 'sagemaker:DescribeTrainingJob' },
    {
      on: 'repositories',
      actions:
        'ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:UploadLayerPart ' +
        'ecr:CompleteLayerUpload ecr:PutImage',
    },
  ],
};

/** Actions, with blanks between them, and the key of PLACES that they are needed on. */
export type Right = { on: keyof typeof PLACES; actions: string };

/** Where rights are needed: everything is called canopy-..., but for what CloudFormation names after the template alone. */
export const PLACES = {
  any: ['*'],
  stacks: ['arn:aws:cloudformation:*:*:stack/canopy-*/*'],
  buckets: ['arn:aws:s3:::canopy-*'],
  objects: ['arn:aws:s3:::canopy-*/*'],
  roles: ['arn:aws:iam::*:role/canopy-*'],
  passedToLambda: ['arn:aws:iam::*:role/canopy-*'],
  passedToSageMaker: ['arn:aws:iam::*:role/canopy-*'],
  passedToStates: ['arn:aws:iam::*:role/canopy-*'],
  scalingRole: ['arn:aws:iam::*:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/*'],
  machines: ['arn:aws:states:*:*:stateMachine:canopy-*'],
  functions: ['arn:aws:lambda:*:*:function:canopy-*'],
  gateway: ['arn:aws:apigateway:*::/apis', 'arn:aws:apigateway:*::/apis/*', 'arn:aws:apigateway:*::/tags/*'],
  logGroups: [
    'arn:aws:logs:*:*:log-group:/aws/lambda/canopy-*',
    'arn:aws:logs:*:*:log-group:/aws/http-api/canopy-*',
    'arn:aws:logs:*:*:log-group:/aws/sagemaker/Endpoints/canopy-*',
  ],
  tables: ['arn:aws:dynamodb:*:*:table/canopy-*'],
  // CloudFormation names it after the stack.
  budgets: ['arn:aws:budgets::*:budget/canopy-*'],
  // Where it is not known which.
  keys: ['arn:aws:kms:*:*:key/*'],
  topics: ['arn:aws:sns:*:*:canopy-*'],
  alarms: ['arn:aws:cloudwatch:*:*:alarm:canopy-*'],
  // Application Auto Scaling gives them such names.
  scalingAlarms: ['arn:aws:cloudwatch:*:*:alarm:TargetTracking-*'],
  dashboards: ['arn:aws:cloudwatch::*:dashboard/canopy-*'],
  repositories: ['arn:aws:ecr:*:*:repository/canopy-*'],
  trainingJobs: ['arn:aws:sagemaker:*:*:training-job/canopy-*'],
  sagemaker: ['arn:aws:sagemaker:*:*:model/*', 'arn:aws:sagemaker:*:*:endpoint-config/*', 'arn:aws:sagemaker:*:*:endpoint/canopy-*'],
};
/** A role is passed on to the service alone that works with it. */
const PASSED_TO: Partial<Record<Right['on'], string>> = {
  passedToLambda: 'lambda.amazonaws.com',
  passedToSageMaker: 'sagemaker.amazonaws.com',
  passedToStates: 'states.amazonaws.com',
};

function gateway(): Right {
  return {
    on: 'gateway',
    actions: 'apigateway:GET apigateway:POST apigateway:PUT apigateway:PATCH apigateway:DELETE apigateway:TagResource',
  };
}

export type Statement = { Sid: string; Effect: 'Allow'; Action: string[]; Resource: string[]; Condition?: Record<string, unknown> };

/** What is deployed: types of resources, whether with an endpoint's commands, and the KMS key that encrypts (or `*`, any). */
export type Deployed = { types: Iterable<string>; withEndpoint: boolean; kmsKey?: string | undefined };

/** The rights that a deploy needs, a statement a place. Throws an Error for a type without a line above. */
export function statementsFor({ types, withEndpoint, kmsKey = 'none' }: Deployed): Statement[] {
  const needed = [...COMMANDS.api, ...(withEndpoint ? COMMANDS.endpoint : []), ...(kmsKey === 'none' ? [] : WITH_KEY)];
  for (const type of types) {
    if (!Object.hasOwn(RIGHTS, type)) throw new Error(`${type}: found no rights for it in container/deploy/rights.ts, expected them`);
    needed.push(...(RIGHTS[type] as Right[]));
  }
  return (Object.keys(PLACES) as Right['on'][]).flatMap((place) => {
    const actions = needed.filter(({ on }) => on === place).flatMap((right) => right.actions.split(' '));
    return actions.length === 0 ? [] : [statementOf(place, actions, kmsKey)];
  });
}

function statementOf(place: Right['on'], actions: string[], kmsKey: string): Statement {
  const service = PASSED_TO[place];
  const Condition = service === undefined ? {} : { Condition: { StringEquals: { 'iam:PassedToService': service } } };
  const Sid = `${place[0]?.toUpperCase()}${place.slice(1)}`;
  const Resource = place === 'keys' && kmsKey !== '*' ? [kmsKey] : PLACES[place];
  return { Sid, Effect: 'Allow', Action: [...new Set(actions)].sort(), Resource, ...Condition };
}

/** What of statements is not in others: the same places, with the actions that are missing there. */
export function statementsBeyond(all: Statement[], others: Statement[]): Statement[] {
  return all.flatMap((statement) => {
    const there = others.find(({ Sid }) => Sid === statement.Sid)?.Action ?? [];
    const Action = statement.Action.filter((action) => !there.includes(action));
    return Action.length === 0 ? [] : [{ ...statement, Action }];
  });
}
