import { credentialOf } from '../../shared/access/key-ring.ts';
import type { AskingKind, Verdict } from '../../shared/access/kinds.ts';
import { unknownCaller } from '../../shared/access/refusals.ts';
import { shownModel } from '../../shared/access/shown-model.ts';
import { isOpen, withoutSlash } from '../../shared/api/paths.ts';
import { jsonReply, type Reply } from '../../shared/api/reply.ts';
import { route } from '../../shared/api/routes.ts';
import type { PageParts } from '../../shared/page/base/parts.ts';
import type { ModelInfo } from '../../shared/schema/card.ts';
import { now } from '../endpoint/clock.ts';
import { type Keys, openKeys } from './keys.ts';
import { type KeysTable, keysTableName, openKeysTable } from './keys-table.ts';

/** What of a call is looked at here; `caller` is written. */
type Asked = {
  direct: boolean;
  requestId: string;
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  hash?: string | undefined;
  authorizer?: unknown;
  caller?: string;
};
/** Answers a call, or throws a RequestError. */
type Answering<Call extends Asked> = (call: Call) => Promise<Reply>;
/** Longest name of a caller that is logged, and path. */
const LOGGED = 200;

/** What access is opened with: how callers are known, the model, the page's parts, and for `keys` the stage's table (or another). */
export type AccessOptions = {
  kind: AskingKind;
  stage: string;
  model: ModelInfo;
  page: () => PageParts | undefined;
  log: (level: 'info' | 'error', message: string, entry: Record<string, unknown>) => void;
  table?: KeysTable;
};

/**
 * What stands before the answers of an API that asks who calls. Open paths are answered of what may be shown of the model; a caller that is
 * known goes on, with its name in the call; a direct invoke goes on, since AWS's own rights decided on it. Throws a 401, a 429, or a 503
 * where the keys cannot be read.
 */
export function openAccess<Call extends Asked>(
  { kind, stage, model, page, log, table }: AccessOptions,
  answer: Answering<Call>,
): Answering<Call> {
  const report = (error: unknown) =>
    log('error', 'the table of the keys does not answer', { error: error instanceof Error ? error.name : 'unknown' });
  const unusable = (problems: string[]) =>
    log('error', 'items of the table of the keys are no keys', { found: problems.length, first: problems[0] });
  const keys = kind === 'keys' ? openKeys({ table: table ?? openKeysTable(keysTableName(stage)), now, report, unusable }) : undefined;
  const shown = shownModel(model);
  return async (call) => {
    if (call.direct) return answer(call);
    // A browser asks so before it asks, without a key; the gateway adds what it wants to hear.
    if (call.method === 'OPTIONS') return { status: 204, headers: {}, body: '' };
    if (isOpen(call.path))
      return withoutSlash(call.path) === '/health' ? shownHealth(await answer(call)) : openReply(call, kind, shown, page);
    const { caller, refusal } = await judge(call, kind, keys);
    if (caller !== undefined) call.caller = caller.slice(0, LOGGED);
    if (refusal) throw refusal;
    // Predictions have a line of their own.
    if (call.method !== 'POST') log('info', 'read', { requestId: call.requestId, path: call.path.slice(0, LOGGED), caller: call.caller });
    return answer(call);
  };
}

function judge({ headers, authorizer }: Asked, kind: AskingKind, keys: Keys | undefined): Promise<Verdict> | Verdict {
  if (keys) return keys.judge(credentialOf(headers['x-api-key'], headers.authorization));
  // The gateway has decided. Whatever came another way was not asked.
  const caller = callerOf(authorizer, kind);
  return caller === undefined ? { refusal: unknownCaller(kind) } : { caller };
}

/** Whom API Gateway's authorizer let through: a token's subject, or who signed. */
function callerOf(authorizer: unknown, kind: AskingKind): string | undefined {
  const { jwt, iam } = (authorizer ?? {}) as { jwt?: { claims?: Record<string, unknown> }; iam?: Record<string, unknown> };
  const { sub, client_id: client } = jwt?.claims ?? {};
  const { userArn, callerId } = iam ?? {};
  const names = kind === 'jwt' ? [sub, client, jwt && 'unnamed'] : [userArn, callerId, iam && 'unnamed'];
  return names.find((name): name is string => typeof name === 'string' && name !== '');
}

async function openReply(call: Asked, kind: AskingKind, shown: ModelInfo, page: () => PageParts | undefined): Promise<Reply> {
  const asked = {
    get parts() {
      return page();
    },
    acceptEncoding: call.headers['accept-encoding'],
    hash: call.hash,
    ifNoneMatch: call.headers['if-none-match'],
    access: kind,
  };
  return (await route(call.method, call.path, shown, () => ({ ok: false }), asked)) as Reply;
}

/** The state of an environment without what a check row gave. */
function shownHealth(reply: Reply): Reply {
  const state = JSON.parse(reply.body) as { fallback?: string };
  if (state.fallback === 'ready') return reply;
  return jsonReply({ ...state, fallback: 'a check row has another answer than at the import' }, reply.status);
}
