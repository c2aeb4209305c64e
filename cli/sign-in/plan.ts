import type { Application, NewApplication, NewFederatedCredential } from '../directory/directory.ts';
import { applicationAspect, type Aspect, type PresentApplication, type Step } from '../plan/aspect.ts';
import { strangersNotes, trustAspect } from '../plan/trust.ts';
import { listed } from '../../shared/text/listed.ts';
import { type GivenRole, hasGivenRoles, idOfRole, isAccessRole, withGivenRoles } from './app-roles.ts';

/** What the sign-in is to be. */
export interface WantedSignIn {
  uniqueName: string;
  displayName: string;
  /** Where the platform takes people back; the host is the app's. */
  redirectUri: string;
  /** People of other tenants may sign in, too. */
  severalTenants: boolean;
  trust: NewFederatedCredential;
  /** Object ids of those who may sign in, and what each is to have; `name` for people who read it. */
  allowed: { id: string; name?: string; role: GivenRole }[];
}

/** What stands in the directory. */
export interface PresentSignIn extends PresentApplication {
  /** Object ids of who may sign in, each with a role that he has. */
  allowed: { id: string; appRoleId: string }[];
}

/**
 * What is to be so, in the order in which it can be done. Nobody is let in before assignment is required, and nothing that
 * somebody else added is taken away but addresses that no longer belong to anybody here.
 */
export function planSignIn(wanted: WantedSignIn, present: PresentSignIn): Aspect[] {
  return [
    ...applicationAspects(wanted, present.application),
    trustAspect(wanted.trust, present.trusts),
    ...accessAspects(wanted, present),
  ];
}

function applicationAspects(wanted: WantedSignIn, application: Application | undefined): Aspect[] {
  const { uniqueName, displayName, redirectUri, severalTenants } = wanted;
  const signInAudience = severalTenants ? 'AzureADMultipleOrgs' : 'AzureADMyOrg';
  const whose = audienceWords(signInAudience);
  const name = `the application ${uniqueName} is there`;
  if (application === undefined) {
    const made: NewApplication = {
      uniqueName,
      displayName,
      signInAudience,
      redirectUris: [redirectUri],
      idTokens: true,
      requiredRoles: [],
      groupClaims,
      appRoles: withGivenRoles([]),
    };
    return [
      {
        name: 'application',
        text: `${name}, without a secret, for ${whose}; it takes them back to ${redirectUri}, may be given id tokens, has the app roles reader and operator, and asks for no permission`,
        step: { kind: 'create-application', application: made },
      },
    ];
  }
  const redirectUris = redirectUrisOf(redirectUri, application.redirectUris);
  return [
    { name: 'application', text: name },
    applicationAspect('audience', `it is for ${whose}`, application.signInAudience === signInAudience, {
      was: audienceWords(application.signInAudience),
      changes: { signInAudience },
    }),
    applicationAspect(
      'redirect',
      `it takes them back to ${redirectUri}`,
      redirectUris.length === application.redirectUris.length &&
        redirectUris.every((uri) => application.redirectUris.includes(uri)),
      { was: application.redirectUris.join(', ') || 'nowhere', changes: { redirectUris } },
    ),
    applicationAspect('id-tokens', 'it may be given id tokens', application.idTokens, {
      was: 'not allowed',
      changes: { idTokens: true },
    }),
    applicationAspect(
      'app-roles',
      'it has the app roles reader and operator, and one that lets somebody sign in and no more',
      hasGivenRoles(application.appRoles),
      { was: appRoleWords(application), changes: { appRoles: withGivenRoles(application.appRoles) } },
    ),
    applicationAspect(
      'groups',
      'it is told which of the groups that are allowed somebody is in',
      application.groupClaims === groupClaims || application.groupClaims === 'SecurityGroup',
      { was: application.groupClaims ?? 'no group', changes: { groupClaims } },
    ),
  ];
}

/** Only those that are assigned, so that nobody is in too many for a token (Microsoft identity platform, "Configure group claims"). */
const groupClaims = 'ApplicationGroup';

function appRoleWords({ appRoles }: Application): string {
  const names = appRoles
    .filter(({ isEnabled }) => isEnabled)
    .map(({ value }) => value ?? 'one without a value');
  return names.length === 0 ? 'none' : names.join(', ');
}

function audienceWords(audience: string): string {
  if (audience === 'AzureADMyOrg') return 'people of this tenant only';
  return audience === 'AzureADMultipleOrgs' ? 'people of this tenant and of others' : audience;
}

/** Names that Azure gives to somebody else once the app that had them is gone. */
const azureHost = /\.azurewebsites\.(?:net|us)$/i;

/** The app's own address. Others stay, as those of a domain of one's own, but no Azure name of another app: who gets it next would be sent people's tokens. */
function redirectUrisOf(wanted: string, present: readonly string[]): string[] {
  const others = present.filter((uri) => uri !== wanted && !azureHost.test(URL.parse(uri)?.hostname ?? ''));
  return [wanted, ...others];
}

function accessAspects(
  { allowed }: WantedSignIn,
  { application, servicePrincipal, allowed: present }: PresentSignIn,
): Aspect[] {
  const principal: Aspect = { name: 'service-principal', text: 'the tenant has a service principal of it' };
  const closed: Aspect = { name: 'assignment-required', text: 'only people who are allowed can sign in' };
  const close: Step = { kind: 'require-assignment' };
  const isThere = servicePrincipal !== undefined;
  const isClosed = servicePrincipal?.appRoleAssignmentRequired === true;
  return [
    isThere ? principal : { ...principal, step: { kind: 'create-service-principal' } },
    isClosed ? closed : { ...closed, ...(isThere && { was: 'everybody in the tenant' }), step: close },
    ...allowed.map(({ id, name, role }): Aspect => {
      const appRoleId = idOfRole(application?.appRoles ?? [], role);
      const text = `${name ?? id} ${roleWords[role]}${name === undefined ? '' : ` (${id})`}`;
      // Whoever has any role may sign in.
      const has = present.some(
        (one) => one.id === id && (!isAccessRole(role) || one.appRoleId === appRoleId),
      );
      const aspect = { name: isAccessRole(role) ? role : 'allowed', text };
      return has ? aspect : { ...aspect, step: { kind: 'allow', principalId: id, appRoleId } };
    }),
  ];
}

const roleWords: Readonly<Record<GivenRole, string>> = {
  reader: 'is reader of all tenants',
  operator: 'is operator of all tenants',
  'sign-in': 'may sign in, for what GRACEWATCH_ACCESS says',
};

/** What else stands there that somebody should know of; it is left as it is. */
export function signInNotes(wanted: WantedSignIn, present: PresentSignIn): string[] {
  const named = wanted.allowed.map(({ id }) => id);
  const others = present.allowed.filter(({ id }) => !named.includes(id));
  const holders = (role: GivenRole): Set<string> => {
    const roleId = idOfRole(present.application?.appRoles ?? [], role);
    return new Set(others.filter(({ appRoleId }) => appRoleId === roleId).map(({ id }) => id));
  };
  const operators = holders('operator');
  const readers = new Set([...holders('reader')].filter((id) => !operators.has(id)));
  const without = new Set(others.map(({ id }) => id).filter((id) => !operators.has(id) && !readers.has(id)));
  const counts = [
    ...(operators.size === 0 ? [] : [`${operators.size} as operator of all tenants`]),
    ...(readers.size === 0 ? [] : [`${readers.size} as reader of all tenants`]),
    ...(without.size === 0
      ? []
      : [`${without.size} without an app role, who may read what GRACEWATCH_ACCESS says and nothing else`]),
  ];
  return [
    ...strangersNotes(wanted.trust, present.trusts),
    ...(counts.length === 0
      ? []
      : [`more people or groups may sign in already, and stay as they are: ${listed(counts)}`]),
  ];
}
