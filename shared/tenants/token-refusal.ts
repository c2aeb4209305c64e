interface Refusal {
  words: string;
  /** It says so of the rights: nothing is granted. A wrong secret or a policy says nothing of them (law 3). */
  grantsNothing?: true;
}

const noConsent: Refusal = {
  words: 'consent was withdrawn or never given, or the application was removed',
  grantsNothing: true,
};
const noTrust: Refusal = {
  words: 'the application does not trust the managed identity: gracewatch tenants app corrects it',
};

/** By the codes of Entra's list of authentication errors. What it writes beside them is not told: it may quote what was sent. */
const refusals: Readonly<Record<string, Refusal>> = {
  AADSTS65001: noConsent,
  AADSTS700016: noConsent,
  AADSTS7000229: noConsent,
  AADSTS7000112: { words: 'the application is switched off in the tenant', grantsNothing: true },
  AADSTS500011: { words: 'the tenant does not know the API that was to be read', grantsNothing: true },
  AADSTS90002: { words: 'there is no such tenant in this cloud', grantsNothing: true },
  AADSTS53003: { words: 'a Conditional Access policy of the tenant stops the application' },
  AADSTS7000215: { words: 'the client secret is wrong' },
  AADSTS7000222: { words: 'the client secret has expired' },
  AADSTS70021: noTrust,
  AADSTS700211: noTrust,
  AADSTS700212: noTrust,
  AADSTS700213: noTrust,
};

/** @param code such as `AADSTS700016` */
export function tokenRefusalWords(code: string): string {
  return `${refusals[code]?.words ?? 'the authority refused'} (${code})`;
}

/** Whether the authority refused the token because nothing is granted to the application. */
export function grantsNothing(code: string): boolean {
  return refusals[code]?.grantsNothing === true;
}

/** The code in a text of the authority, or in a reason that was stored when it refused a token. */
export function tokenRefusalCode(text: string): string | undefined {
  return /\bAADSTS\d+\b/.exec(text)?.[0];
}
