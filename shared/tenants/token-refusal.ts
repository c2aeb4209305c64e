/** What a refusal is about, and so what mends it. */
export type TokenRefusalKind = 'consent' | 'disabled' | 'api' | 'tenant' | 'policy' | 'secret' | 'trust';

interface Refusal {
  kind: TokenRefusalKind;
  words: string;
}

const noConsent: Refusal = {
  kind: 'consent',
  words: 'consent was withdrawn or never given, or the application was removed',
};
const noTrust: Refusal = {
  kind: 'trust',
  words: 'the application does not trust the managed identity: gracewatch tenants app corrects it',
};

/** By the codes of Entra's list of authentication errors. What it writes beside them is not told: it may quote what was sent. */
const refusals: Readonly<Record<string, Refusal>> = {
  AADSTS65001: noConsent,
  AADSTS700016: noConsent,
  AADSTS7000229: noConsent,
  AADSTS7000112: { kind: 'disabled', words: 'the application is switched off in the tenant' },
  AADSTS500011: { kind: 'api', words: 'the tenant does not know the API that was to be read' },
  AADSTS90002: { kind: 'tenant', words: 'there is no such tenant in this cloud' },
  AADSTS53003: { kind: 'policy', words: 'a Conditional Access policy of the tenant stops the application' },
  AADSTS7000215: { kind: 'secret', words: 'the client secret is wrong' },
  AADSTS7000222: { kind: 'secret', words: 'the client secret has expired' },
  AADSTS70021: noTrust,
  AADSTS700211: noTrust,
  AADSTS700212: noTrust,
  AADSTS700213: noTrust,
};

/** They say so of the rights: nothing is granted. A wrong secret or a policy says nothing of them (law 3). */
const grantingNothing: ReadonlySet<TokenRefusalKind> = new Set(['consent', 'disabled', 'api', 'tenant']);

/** Undefined for a code that is not in the list. @param code such as `AADSTS700016` */
export function tokenRefusalKind(code: string): TokenRefusalKind | undefined {
  return refusals[code]?.kind;
}

/** @param code such as `AADSTS700016` */
export function tokenRefusalWords(code: string): string {
  return `${refusals[code]?.words ?? 'the authority refused'} (${code})`;
}

/** Whether the authority refused the token because nothing is granted to the application. */
export function grantsNothing(code: string): boolean {
  const kind = tokenRefusalKind(code);
  return kind !== undefined && grantingNothing.has(kind);
}

/** The code in a text of the authority, or in a reason that was stored when it refused a token. */
export function tokenRefusalCode(text: string): string | undefined {
  return /\bAADSTS\d+\b/.exec(text)?.[0];
}
