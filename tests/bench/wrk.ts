import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { outputOf, works } from './children.ts';

/** Connections that wrk holds open at once. */
const CONNECTIONS = 32;

/** Why wrk cannot be used here, where it cannot. */
export function wrkMissing(): string | undefined {
  return works('sh', ['-c', 'command -v wrk']) ? undefined : 'it needs wrk: apt-get install it';
}

/** Writes wrk's script: bodies, each in a line of its own, sent in turn. */
export function writeWrkScript(folder: string, bodies: readonly string[]): string {
  const [script, lines] = [path.join(folder, 'wrk.lua'), path.join(folder, 'bodies.txt')];
  writeFileSync(lines, `${bodies.join('\n')}\n`);
  writeFileSync(
    script,
    `local requests, at = {}, 0
function init()
  for line in io.lines(${JSON.stringify(lines)}) do
    requests[#requests + 1] = wrk.format('POST', nil, { ['content-type'] = 'application/json' }, line)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
`,
  );
  return script;
}

/** Requests a second that a server answers with 200 to 32 connections, for so many seconds. Throws where it answers anything else. */
export async function runWrk(url: string, script: string, seconds: number): Promise<number> {
  const said = await outputOf('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '20s', '-s', script, `${url}/invocations`]);
  const bad = /Non-2xx.*|Socket errors.*/.exec(said)?.[0];
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]);
  if (bad || !(rate > 0)) throw new Error(`${url}: ${bad ?? said}`);
  return rate;
}
