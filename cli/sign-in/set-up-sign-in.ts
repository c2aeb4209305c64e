import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { UsageError } from '../arguments/arguments.ts';
import type { Directory } from '../directory/directory.ts';
import { signInName } from '../directory/sign-in-name.ts';
import { trustInIdentity } from '../directory/identity-trust.ts';
import { planOutcome } from '../plan/carry-out.ts';
import type { Place } from '../target/place.ts';
import { lookAtSignIn } from './look-at-sign-in.ts';
import { type GivenRole, givenRoles, idOfRole, isAccessRole } from './app-roles.ts';
import { planSignIn, type PresentSignIn, signInNotes, type WantedSignIn } from './plan.ts';
import type { SignInReport } from './report.ts';

export interface SignInRequest {
  /** The app that people are to sign in to. */
  place: Place;
  /** Tenants whose people the deployment lets in already; its own may be among them. */
  deployedTenants: readonly string[];
  /** Who issues tokens in this cloud, such as `https://login.microsoftonline.com`. */
  authority: string;
  /** Object ids of those who get something, besides the person. */
  give: Readonly<Record<GivenRole, readonly string[]>>;
  /** Tenants of operators; undefined: those of the deployment stay. */
  tenants?: readonly string[];
  /** Without it nothing is changed. */
  yes: boolean;
}

/** Looks, plans and, with `yes`, does. `later` and `refused` where it could not even look. @throws UsageError */
export async function setUpSignIn(
  { place, deployedTenants, authority, give, tenants: operators, yes }: SignInRequest,
  directory: Directory,
): Promise<ReadOutcome<SignInReport>> {
  const { label, name, hostName, tenantId, principalId, resourceGroup } = place;
  const uniqueName = signInName(name);
  const me = await whoIsHere(directory, give);
  if (me.kind !== 'read') return me;
  const present = await lookAtSignIn(directory, uniqueName);
  if (present.kind !== 'read') return present;
  const tenants = [...new Set([tenantId, ...(operators ?? deployedTenants)])];
  const severalTenants = tenants.length > 1;
  const wanted: WantedSignIn = {
    uniqueName,
    displayName: `Gracewatch sign-in (${name})`,
    redirectUri: `https://${hostName}/.auth/login/aad/callback`,
    severalTenants,
    trust: trustInIdentity('gracewatch-identity', authority, tenantId, principalId),
    allowed: wantedOf(give, me.value, present.value),
  };

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

/** The person, or undefined where an application is signed in, as in a workflow. @throws UsageError */
async function whoIsHere(
  directory: Directory,
  give: SignInRequest['give'],
): Promise<ReadOutcome<{ id: string; name: string } | undefined>> {
  const me = await directory.me();
  // The directory answers so where not a person is signed in.
  if (me.kind !== 'refused' || me.status !== 400) return me;
  if (givenRoles.every((role) => give[role].length === 0)) {
    throw new UsageError(
      'an application is signed in and no person: name who may sign in with --operator ID, --reader ID or --allow ID',
    );
  }
  return { kind: 'read', value: undefined };
}

/**
 * Whom he named, each for the most that he is named for, and the person himself, so that he is not locked out of what he sets up: as
 * operator, unless he named himself for something else or has a role already.
 */
function wantedOf(
  give: SignInRequest['give'],
  me: { id: string; name: string } | undefined,
  present: PresentSignIn,
): WantedSignIn['allowed'] {
  const byId = new Map<string, GivenRole>();
  for (const role of mostFirst) {
    for (const id of give[role]) if (!byId.has(id)) byId.set(id, role);
  }
  if (me === undefined) return Array.from(byId, ([id, role]) => ({ id, role }));
  const id = me.id.toLowerCase();
  const mine = byId.get(id) ?? roleOf(id, present) ?? 'operator';
  byId.delete(id);
  return [{ id, name: me.name, role: mine }, ...Array.from(byId, ([other, role]) => ({ id: other, role }))];
}

const mostFirst = ['operator', 'reader', 'sign-in'] as const satisfies GivenRole[];

/** The most that somebody has already of what can be read; undefined where he has neither. */
function roleOf(id: string, { application, allowed }: PresentSignIn): GivenRole | undefined {
  return mostFirst
    .filter(isAccessRole)
    .find((role) =>
      allowed.some((one) => one.id === id && one.appRoleId === idOfRole(application?.appRoles ?? [], role)),
    );
}
