/**
 * A local Serverless Framework plugin: what is to be known before a deploy, whichever command it comes from, and what is added to a stack
 * where a parameter asks for it. The stage prod must be told who may call its API, and parameters must be known, right and go together.
 */
export default class DeployPlugin {
  /** @param {any} serverless @param {{ param?: string | string[], 'aws-profile'?: string }} options @param {{ log: { notice: (text: string) => void } }} io */
  constructor(serverless, options, { log }) {
    const prepare = async () => {
      const { service, processedInput } = serverless;
      const stack = service.custom.access ? 'api' : 'endpoint';
      const given = [options.param ?? []].flat();
      const refuse = (/** @type {Error} */ error) => {
        throw new serverless.classes.Error(error.message, 'DEPLOY');
      };
      if (isPackaging(processedInput.commands)) await takeTurnOf(stack, log).catch(refuse);
      const { paramNames } = await import('./steps.ts');
      const { givenProblems } = await import('./parameters.ts');
      const problems = givenProblems(paramNames(stack), service.provider.region, given);
      const { hardenApi, hardenEndpoint } = await import('./hardening.ts');
      if (stack === 'endpoint' && problems.length === 0) hardenEndpoint(service, service.custom.hardening);
      if (stack === 'api') {
        // `deploy list` changes nothing.
        const isDeploy = processedInput.commands[0] === 'deploy' && processedInput.commands[1] !== 'list';
        problems.push(...(await accessOf(service, isDeploy)));
        const isGiven = given.some((pair) => pair.startsWith('auth='));
        // The account is asked by the SDK, which knows of the framework's own option by this alone.
        if (options['aws-profile']) process.env.AWS_PROFILE = options['aws-profile'];
        const asked = isDeploy && problems.length === 0 ? await askAccount(service, isGiven).catch(refuse) : undefined;
        problems.push(...(asked?.problems ?? []));
        const { addBatch, batchProblems } = await import('./batch/stack.ts');
        problems.push(...batchProblems(service.custom.batch));
        if (problems.length === 0) {
          addBatch(service, service.custom.batch);
          hardenApi(service, service.custom.hardening);
        }
        if (asked?.isTableLeft) (await import('./access.ts')).adoptTable(service, service.provider.stage);
        // container/deploy.ts looks for such lines.
        for (const note of asked?.notes ?? []) log.notice(`note: ${note}`);
      }
      if (problems.length > 0) throw new serverless.classes.Error(problems.join('\n'), 'DEPLOY');
    };
    this.hooks = { initialize: prepare };
  }
}

/** Whether a command writes packages. @param {string[]} commands */
function isPackaging([command, more]) {
  return command === 'package' || (command === 'deploy' && more !== 'list');
}

/**
 * Waits for other commands that write into the stack's .serverless: of two at once, one would upload the model of the other.
 * @param {'api' | 'endpoint'} stack @param {{ notice: (text: string) => void }} log
 */
async function takeTurnOf(stack, log) {
  const { PROJECT } = await import('./steps.ts');
  const { takeTurn } = await import('./turn.ts');
  const doing = `packaging or deploying the stack of the ${stack === 'api' ? 'API' : 'endpoint'} from this folder`;
  const turn = { doing, mostMs: 1_800_000, againMs: 100, onWait: log.notice };
  process.once('exit', await takeTurn(`${PROJECT}.canopy/turn-${stack}`, turn));
}

/**
 * Who may call, as the API's stack has it; a sentence on everything that is wrong with that.
 * @param {any} service @param {boolean} isDeploy @returns {Promise<string[]>}
 */
async function accessOf(service, isDeploy) {
  const { accessProblems, audiencesOf, openEvents } = await import('./access.ts');
  const { hardeningProblems } = await import('./hardening.ts');
  const { access, hardening } = service.custom;
  const { tokens } = service.provider.httpApi.authorizers ?? {};
  if (tokens) tokens.audience = audiencesOf(access);
  if (['jwt', 'iam'].includes(access.auth)) service.functions.predict.events.unshift(...openEvents());
  return [...accessProblems(access, isDeploy ? service.provider.stage : undefined), ...hardeningProblems(hardening)];
}

/**
 * What only the account knows: whether this deploy would open an API that asks, whether there are keys of an earlier one, and how many
 * executions can be reserved.
 * @param {any} service @param {boolean} isGiven whether auth was given
 */
async function askAccount({ provider, custom }, isGiven) {
  const { keysNotes, openingProblems } = await import('./access.ts');
  const { deployedApi, hasKeysTable } = await import('./account/deployed.ts');
  const { reservationOf, roomFor } = await import('./account/concurrency.ts');
  const { stackName } = await import('./steps.ts');
  const { region, stage } = provider;
  const { access, hardening } = custom;
  const deployed = await deployedApi(region, stackName('api', stage));
  const problems = openingProblems(access, stage, deployed, isGiven);
  const isTableLeft = access.asked === 'keys' && !deployed?.hasTable && (await hasKeysTable(region, stage));
  const notes = keysNotes(access, stage, deployed, isTableLeft);
  if (hardening.reservedConcurrency === 'auto') {
    const { reserved, said } = await roomFor(region, stage, Number(access.throttlingRate)).then(reservationOf, (error) => ({
      reserved: undefined,
      said: `no execution is reserved for predict, since the account did not say how many it has: ${error.message}`,
    }));
    hardening.reservedConcurrency = reserved ?? null;
    notes.push(said);
  }
  return { problems, notes, isTableLeft };
}
