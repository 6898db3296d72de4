import type { PageAccess } from './data.ts';

/** The header by which the visitor says who it is. It lies in this page's memory alone, and never in an address or a storage. */
type Holder = { canopyCredential?: Record<string, string> };

// The page's two scripts are bundles of their own, so a module's variable would be two.
const holder = globalThis as Holder;

/** What every request to the API has among its headers; nothing where the API asks nobody. */
export function credential(): Record<string, string> {
  return holder.canopyCredential ?? {};
}

/** The header of a key or a token. */
export function credentialOf(access: PageAccess, key: string): Record<string, string> {
  return access === 'keys' ? { 'x-api-key': key } : { authorization: `Bearer ${key}` };
}

/** Keeps a header that was found good. */
export function keepCredential(header: Record<string, string>): void {
  holder.canopyCredential = header;
}
