/**
 * A local Serverless Framework plugin: what is to be known before a deploy, whichever command it comes from. The stage prod must be told who
 * may call its API, and the parameters of an authorizer must go together.
 */
export default class DeployPlugin {
  /** @param {any} serverless */
  constructor(serverless) {
    const check = async () => {
      const { accessProblems, audiencesOf, openEvents } = await import('./access.ts');
      const { service, processedInput } = serverless;
      const isDeploy = processedInput.commands[0] === 'deploy';
      const problems = accessProblems(service.custom.access, isDeploy ? service.provider.stage : undefined);
      if (problems.length > 0) throw new serverless.classes.Error(problems.join('\n'), 'ACCESS');
      const { tokens } = service.provider.httpApi.authorizers ?? {};
      if (tokens) tokens.audience = audiencesOf(service.custom.access);
      if (['jwt', 'iam'].includes(service.custom.access.auth)) service.functions.predict.events.unshift(...openEvents());
    };
    this.hooks = { initialize: check };
  }
}
