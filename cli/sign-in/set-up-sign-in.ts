import type { ReadOutcome } from '../../shared/ports.ts';
import { UsageError } from '../arguments/arguments.ts';
import type { Directory } from '../directory/directory.ts';
import { trustInIdentity } from '../directory/identity-trust.ts';
import { planOutcome } from '../plan/carry-out.ts';
import type { Place } from '../target/place.ts';
import { lookAtSignIn } from './look-at-sign-in.ts';
import { planSignIn, signInNotes, type WantedSignIn } from './plan.ts';
import type { SignInReport } from './report.ts';

export interface SignInRequest {
  /** The app that people are to sign in to. */
  place: Place;
  /** Tenants whose people the deployment lets in already; its own may be among them. */
  deployedTenants: readonly string[];
  /** Who issues tokens in this cloud, such as `https://login.microsoftonline.com`. */
  authority: string;
  /** Object ids of those who may sign in besides the person. */
  allow: readonly string[];
  /** Tenants of operators; undefined: those of the deployment stay. */
  tenants?: readonly string[];
  /** Without it nothing is changed. */
  yes: boolean;
}

/** Looks, plans and, with `yes`, does. `later` and `refused` where it could not even look. @throws UsageError */
export async function setUpSignIn(
  { place, deployedTenants, authority, allow, tenants: operators, yes }: SignInRequest,
  directory: Directory,
): Promise<ReadOutcome<SignInReport>> {
  const { label, name, hostName, tenantId, principalId, resourceGroup } = place;
  const allowed = await allowedBy(directory, allow);
  if (allowed.kind !== 'read') return allowed;
  const tenants = [...new Set([tenantId, ...(operators ?? deployedTenants)])];
  const severalTenants = tenants.length > 1;
  const wanted: WantedSignIn = {
    uniqueName: `gracewatch-sign-in-${name}`,
    displayName: `Gracewatch sign-in (${name})`,
    redirectUri: `https://${hostName}/.auth/login/aad/callback`,
    severalTenants,
    trust: trustInIdentity('gracewatch-identity', authority, tenantId, principalId),
    allowed: allowed.value,
  };
  const present = await lookAtSignIn(directory, wanted.uniqueName);
  if (present.kind !== 'read') return present;

  const plan = {
    aspects: planSignIn(wanted, present.value),
    notes: signInNotes(wanted, present.value),
    present: present.value,
  };
  return {
    kind: 'read',
    value: {
      ...(await planOutcome(plan, yes, directory)),
      label,
      hostName,
      tenantId,
      uniqueName: wanted.uniqueName,
      ...(severalTenants || deployedTenants.some((id) => id !== tenantId) ? { tenants } : {}),
      ...(resourceGroup === undefined ? {} : { resourceGroup }),
    },
  };
}

/** The person himself, so that he is not locked out of what he sets up, and whom he named. @throws UsageError */
async function allowedBy(
  directory: Directory,
  allow: readonly string[],
): Promise<ReadOutcome<WantedSignIn['allowed']>> {
  const me = await directory.me();
  const named = allow.map((id) => ({ id }));
  if (me.kind === 'read') {
    const { name } = me.value;
    const id = me.value.id.toLowerCase();
    return { kind: 'read', value: [{ id, name }, ...named.filter((other) => other.id !== id)] };
  }
  // The directory answers so where not a person but an application is signed in, as in a workflow.
  if (me.kind !== 'refused' || me.status !== 400) return me;
  if (named.length === 0) {
    throw new UsageError('an application is signed in and no person: name who may sign in with --allow ID');
  }
  return { kind: 'read', value: named };
}
