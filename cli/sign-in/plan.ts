import type { Application, NewApplication, NewFederatedCredential } from '../directory/directory.ts';
import { applicationAspect, type Aspect, type PresentApplication, type Step } from '../plan/aspect.ts';
import { strangersNotes, trustAspect } from '../plan/trust.ts';

/** What the sign-in is to be. */
export interface WantedSignIn {
  uniqueName: string;
  displayName: string;
  /** Where the platform takes people back; the host is the app's. */
  redirectUri: string;
  /** People of other tenants may sign in, too. */
  severalTenants: boolean;
  trust: NewFederatedCredential;
  /** Object ids of those who may sign in; `name` for people who read it. */
  allowed: { id: string; name?: string }[];
}

/** What stands in the directory. */
export interface PresentSignIn extends PresentApplication {
  /** Object ids of who may sign in. */
  allowed: string[];
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
    };
    return [
      {
        name: 'application',
        text: `${name}, without a secret, for ${whose}; it takes them back to ${redirectUri}, may be given id tokens and asks for no permission`,
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
  ];
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
  { servicePrincipal, allowed: present }: PresentSignIn,
): Aspect[] {
  const principal: Aspect = { name: 'service-principal', text: 'the tenant has a service principal of it' };
  const closed: Aspect = { name: 'assignment-required', text: 'only people who are allowed can sign in' };
  const close: Step = { kind: 'require-assignment' };
  const isThere = servicePrincipal !== undefined;
  const isClosed = servicePrincipal?.appRoleAssignmentRequired === true;
  return [
    isThere ? principal : { ...principal, step: { kind: 'create-service-principal' } },
    isClosed ? closed : { ...closed, ...(isThere && { was: 'everybody in the tenant' }), step: close },
    ...allowed.map(({ id, name }): Aspect => {
      const text = name === undefined ? `${id} is allowed` : `${name} is allowed (${id})`;
      return present.includes(id)
        ? { name: 'allowed', text }
        : { name: 'allowed', text, step: { kind: 'allow', principalId: id } };
    }),
  ];
}

/** What else stands there that somebody should know of; it is left as it is. */
export function signInNotes(wanted: WantedSignIn, present: PresentSignIn): string[] {
  const ids = wanted.allowed.map(({ id }) => id);
  const others = new Set(present.allowed.filter((id) => !ids.includes(id))).size;
  return [
    ...strangersNotes(wanted.trust, present.trusts),
    ...(others === 0
      ? []
      : [`${others} more ${others === 1 ? 'person or group is' : 'people or groups are'} allowed already`]),
  ];
}
