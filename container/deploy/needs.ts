import { type Caller, callerOf } from './aws.ts';
import { findTool } from './image-tool.ts';
import type { Statement } from './rights.ts';
import { deniedRights } from './simulate.ts';
import type { Place } from './steps.ts';

/** Something that a deploy needs: what was found of it, and whether that is enough; undefined where nobody could say. */
export type Need = { name: string; found: string; isThere: boolean | undefined };

/** How many denied actions are named. */
const NAMED = 10;

/** Looks for everything that a deploy needs on this machine and in the account. Never throws for what is not there. */
export async function lookForNeeds(place: Place, statements: Statement[], withImage: boolean, tool?: string): Promise<Need[]> {
  const needs: Need[] = [{ name: 'region', found: place.region, isThere: true }];
  const caller = await callerOf(place.region).catch((error: Error) => error.message);
  needs.push({
    name: 'credentials',
    found: typeof caller === 'string' ? caller : `account ${caller.account}, ${caller.arn}`,
    isThere: typeof caller !== 'string',
  });
  needs.push(await rights(place, typeof caller === 'string' ? undefined : caller, statements));
  if (withImage) {
    needs.push(
      await findTool(tool).then(
        (found) => ({ name: 'image tool', found, isThere: true }),
        (error: Error) => ({ name: 'image tool', found: error.message.replace(/^image tool: /, ''), isThere: false }),
      ),
    );
  }
  return needs;
}

async function rights({ region, stage }: Place, caller: Caller | undefined, statements: Statement[]): Promise<Need> {
  const name = 'rights';
  const count = statements.reduce((sum, { Action }) => sum + Action.length, 0);
  const all = `${count} actions (--policy prints them)`;
  if (caller === undefined) return { name, found: `${all}; nobody to ask without credentials`, isThere: undefined };
  try {
    const { denied } = await deniedRights(region, stage, caller, statements);
    if (denied.length === 0) return { name, found: `${all}: IAM would deny none`, isThere: true };
    const named = denied.slice(0, NAMED).join(', ');
    const more = denied.length > NAMED ? ` and ${denied.length - NAMED} more` : '';
    return { name, found: `${all}: IAM would deny ${named}${more}`, isThere: false };
  } catch (error) {
    return { name, found: `${all}; IAM did not say which are there: ${(error as Error).message}`, isThere: undefined };
  }
}
