import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Incoming } from '../../../container/server/incoming.ts';
import { openKeysFile } from '../../../container/server/keys.ts';
import { openAccess } from '../../../functions/access/access.ts';
import { RequestError } from '../../../shared/errors.ts';
import { generator } from '../../../shared/math/generator.ts';
import type { ModelInfo } from '../../../shared/schema/card.ts';
import { sharedTable, stored } from './keys.ts';

/** What a run found: how many were accepted that no key is, and how often function and container did not agree. */
export type CredentialsReport = { accepted: string[]; different: string[]; known: number };

/** The true key of the callers, which is never among the changed ones. */
const KEY = 'canopy_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';
const MODEL: ModelInfo = {
  schema: { kind: 'regression', features: [], takesMissing: false },
  card: { name: 'none', madeBy: '', source: { file: '', sha256: '' } },
  sha256: '0'.repeat(64),
};

type Headers = Record<string, string>;

/** Sends changed credentials to the function's check and to the container's: none is a key, and both give the same answer. */
export async function fuzzCredentials(count: number, seed: number): Promise<CredentialsReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-credentials-'));
  const keys = [stored('shop', KEY), stored('lab', 'second-key-of-the-lab')];
  writeFileSync(path.join(folder, 'keys.json'), JSON.stringify({ keys }));
  const container = openKeysFile(path.join(folder, 'keys.json'), () => {});
  const gate = openAccess(
    { kind: 'keys', stage: 'fuzz', model: MODEL, page: () => undefined, log: () => {}, table: sharedTable(keys) },
    async () => ({ status: 200, headers: {}, body: '' }),
  );
  const ofFunction = async (headers: Headers) => {
    try {
      return inWords((await gate({ direct: false, requestId: 'x', method: 'POST', path: '/predict', headers })).status);
    } catch (error) {
      return error instanceof RequestError ? inWords(error.status, error.headers) : String(error);
    }
  };
  const ofContainer = (headers: Headers) => {
    const rawHeaders = Object.entries(headers).flat();
    const { refusal } = container.judge({ headers, rawHeaders } as unknown as Incoming, 0);
    return refusal ? inWords(refusal.status, refusal.headers) : inWords(200);
  };
  const random = generator(seed);
  const report: CredentialsReport = { accepted: [], different: [], known: 0 };
  try {
    for (let at = 0; at < count; at += 1) {
      const headers = changed(random, keys[0]!.sha256);
      const [one, other] = [await ofFunction(headers), ofContainer(headers)];
      if (one !== other) report.different.push(JSON.stringify(headers));
      if (isKey(headers)) report.known += one === inWords(200) ? 1 : 0;
      else if (one === inWords(200) || other === inWords(200)) report.accepted.push(JSON.stringify(headers));
    }
  } finally {
    container.close();
    rmSync(folder, { recursive: true });
  }
  return report;
}

function inWords(status: number, headers: Headers = {}): string {
  return `${status} ${headers['www-authenticate'] ?? ''}`.trim();
}

/** Whether the headers carry the true key, by chance: as the x-api-key, or as a bearer where there is no other. */
function isKey(headers: Headers): boolean {
  const { 'x-api-key': apiKey = '', authorization = '' } = headers;
  return apiKey === KEY || (apiKey === '' && /^bearer /i.test(authorization) && authorization.slice(7).trim() === KEY);
}

/** Headers with the key changed a little, or with something else in its place. */
function changed(random: () => number, hash: string): Headers {
  const below = (most: number) => Math.floor(random() * most);
  const noise = (length: number) => String.fromCharCode(...Array.from({ length }, () => 32 + below(random() < 0.9 ? 95 : 300)));
  const at = below(KEY.length);
  const edits = [
    () => `${KEY.slice(0, at)}${noise(1)}${KEY.slice(at + 1)}`,
    () => KEY.slice(0, at),
    () => KEY.slice(at + 1),
    () => `${KEY}${noise(1 + below(4))}`,
    () => `${noise(1)}${KEY}`,
    () => KEY + KEY,
    () => (random() < 0.5 ? KEY.toUpperCase() : KEY.toLowerCase()),
    () => [...KEY].map((char, place) => (place === at ? String.fromCharCode(char.charCodeAt(0) ^ (1 << below(7))) : char)).join(''),
    () => `${KEY.slice(0, at)}\u0000${KEY.slice(at)}`,
    () => hash,
    () => `sha256:${hash}`,
    () => `${KEY}, ${KEY}`,
    () => ['', ' ', 'null', 'undefined', '*', '{}', '[]', 'true', 'Bearer', '__proto__', "' or '1'='1"][below(11)] as string,
    () => noise(below(260)),
    () => 'x'.repeat(below(20_000)),
    () => KEY,
  ];
  const text = (edits[below(edits.length)] as () => string)();
  const scheme = ['Bearer ', 'bearer ', 'Bearer', 'Basic ', 'Token ', ' Bearer ', 'BEARER\t', ''][below(8)] as string;
  const kind = below(4);
  if (kind === 0) return { 'x-api-key': text };
  if (kind === 1) return { authorization: `${scheme}${text}` };
  if (kind === 2) return { 'x-api-key': text, authorization: `${scheme}${(edits[below(edits.length)] as () => string)()}` };
  return { 'x-api-key': '', authorization: `${scheme}${text}` };
}
