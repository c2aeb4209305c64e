import { readdirSync } from 'node:fs';
import type { Az } from './az.ts';

/**
 * The functions that the platform lists for an app. On Flex Consumption a good package, too, may show nothing but WarmUp after a
 * deployment, and no trigger fires, until the call that the portal's Refresh makes has been sent (FACTS 11.12). Nothing but Node is
 * needed here, so that a job which may deploy installs nothing.
 */
export interface ListedApp {
  name: string;
  resourceGroup: string;
  /** Where it is not the one that az uses. */
  subscription?: string | undefined;
}

/** Each is a file, and the bundle is checked to register them all (`npm run check:bundle`). */
export function ownFunctions(): string[] {
  return readdirSync(new URL('../../functions/', import.meta.url))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

export type Listing =
  /** `others` are those that are none of ours: WarmUp, while nothing else is listed. */
  | { kind: 'read'; listed: readonly string[]; missing: readonly string[]; others: readonly string[] }
  | { kind: 'failed'; reason: string };

export async function readListing(az: Az, app: ListedApp, expected = ownFunctions()): Promise<Listing> {
  const outcome = await az(['rest', '--method', 'get', '--url', urlOf(app, 'functions')]);
  if (outcome.kind === 'failed') return outcome;
  const listed = namesIn(outcome.value);
  if (listed === undefined) return { kind: 'failed', reason: 'az rest answered an unknown form' };
  // The platform keeps names as they are written and compares them without their case.
  const known = new Set(listed.map((name) => name.toLowerCase()));
  const own = new Set(expected.map((name) => name.toLowerCase()));
  return {
    kind: 'read',
    listed: expected.filter((name) => known.has(name.toLowerCase())),
    missing: expected.filter((name) => !known.has(name.toLowerCase())),
    others: listed.filter((name) => !own.has(name.toLowerCase())),
  };
}

/** For a person to type: what the portal's Refresh calls. */
export function syncCommand(app: ListedApp): string {
  return `az rest --method post --url "${urlOf(app, 'host/default/sync')}"`;
}

/** Asks the platform to look for the functions again. */
export async function syncFunctions(az: Az, app: ListedApp): Promise<{ refused?: string }> {
  const outcome = await az(['rest', '--method', 'post', '--url', urlOf(app, 'host/default/sync')]);
  return outcome.kind === 'failed' ? { refused: outcome.reason } : {};
}

/** Without a host az asks the Resource Manager of the cloud that it is signed in to, and puts its own subscription in. */
function urlOf({ name, resourceGroup, subscription = '{subscriptionId}' }: ListedApp, path: string): string {
  const site = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Web/sites/${name}`;
  return `${site}/${path}?api-version=2024-04-01`;
}

/** Azure names them `app/function`. */
function namesIn(answer: unknown): string[] | undefined {
  const value = answer instanceof Object && 'value' in answer ? answer.value : undefined;
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((entry: unknown) =>
    entry instanceof Object && 'name' in entry && typeof entry.name === 'string'
      ? [entry.name.split('/').at(-1) ?? '']
      : [],
  );
}
