import { setTimeout as sleep } from 'node:timers/promises';
import type { Az } from '../../cli/target/az.ts';
import {
  type ListedApp,
  type Listing,
  ownFunctions,
  readListing,
  syncCommand,
  syncFunctions,
} from '../../cli/target/listed-functions.ts';

/** How often, and how far apart. */
export interface Patience {
  attempts: number;
  pauseSeconds: number;
}

/**
 * The end of every way of deploying: has the platform look for the functions until all are listed by name, because until then no
 * trigger fires and nothing says so (FACTS 11.12). Tells how far it is.
 * @returns false when it was given up; why and what to do is told then
 */
export async function waitForFunctions(
  az: Az,
  app: ListedApp,
  patience: Patience,
  tell: (line: string) => void,
  expected: string[] = ownFunctions(),
): Promise<boolean> {
  let problem = '';
  let isKnown = false;
  for (let attempt = 1; attempt <= patience.attempts; attempt += 1) {
    if (attempt > 1) await sleep(patience.pauseSeconds * 1000);
    const { refused } = await syncFunctions(az, app);
    const listing = await readListing(az, app, expected);
    if (listing.kind === 'read' && listing.missing.length === 0) {
      tell(`Azure lists all ${String(expected.length)} functions of ${app.name}`);
      return true;
    }
    problem = problemOf(listing, refused, expected.length);
    isKnown = listing.kind === 'read';
    const last = attempt === patience.attempts || (listing.kind === 'failed' && isPersons(listing.reason));
    tell(
      `try ${String(attempt)} of ${String(patience.attempts)}: ${problem}${last ? '' : `; again in ${String(patience.pauseSeconds)} s`}`,
    );
    if (last) break;
  }
  tell(
    `error: ${app.name} was deployed, ${isKnown ? 'and its triggers do not fire' : 'and whether its triggers fire is not known'}: ${problem}`,
  );
  tell(cure(app));
  return false;
}

/** The Azure CLI has to be installed or signed in first; waiting does not do that. */
function isPersons(reason: string): boolean {
  return /is not installed|az login/.test(reason);
}

function problemOf(listing: Listing, refused: string | undefined, all: number): string {
  const found =
    listing.kind === 'failed'
      ? `the functions could not be listed: ${listing.reason}`
      : `Azure lists ${String(listing.listed.length)} of ${String(all)} functions${
          listing.others.length === 0 ? '' : ` (and ${listing.others.join(', ')})`
        }, missing: ${listing.missing.join(', ')}`;
  return refused === undefined ? found : `${found}; the call to look for them was refused: ${refused}`;
}

function cure({ name, resourceGroup, subscription }: ListedApp): string {
  const scope = subscription === undefined ? '' : ` --subscription ${subscription}`;
  return [
    'What to do: a wrong setting leaves an app without functions, so look for "error in the settings" in its log first:',
    `  npx gracewatch doctor --app ${name} --resource-group ${resourceGroup}${scope}`,
    'Where all is well there, send this again until they are listed; it is what Refresh in the portal does:',
    `  ${syncCommand({ name, resourceGroup, subscription })}`,
  ].join('\n');
}
