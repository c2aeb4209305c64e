import { type Listing, readListing, syncCommand } from '../target/listed-functions.ts';
import type { AzureApp } from '../target/target.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';

export async function examineFunctions({ az, inAzure }: Deployment): Promise<Line[]> {
  return inAzure === undefined ? [] : judgeFunctions(inAzure.app, await readListing(az, inAzure.app));
}

/** Whether Azure knows the functions: one that it does not list is never started, by whatever trigger. */
function judgeFunctions(app: AzureApp, listing: Listing): Line[] {
  if (listing.kind === 'failed') {
    return [{ status: 'warn', means: `not known whether Azure lists the functions: ${listing.reason}` }];
  }
  const { listed, missing, others } = listing;
  if (missing.length === 0) return [{ status: 'ok', means: 'Azure lists all functions of the app' }];
  const mend = `look in the Log stream of the app for "error in the settings" first; where there is none, send this until all are listed: ${syncCommand(app)}`;
  const means =
    listed.length === 0
      ? `Azure lists ${others.length === 0 ? 'no function' : `only ${others.join(', ')}`} of the app: no trigger fires, so nothing is collected, evaluated or told, and no page answers`
      : `Azure does not list ${missing.join(', ')}: their triggers do not fire`;
  return [{ status: 'fail', means, mend }];
}
