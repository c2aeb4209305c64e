const noConsent = 'consent was withdrawn or never given, or the application was removed';
const noTrust = 'the application does not trust the managed identity: gracewatch tenants app corrects it';

/** By the codes of Entra's list of authentication errors. What it writes beside them is not told: it may quote what was sent. */
const words: Readonly<Record<string, string>> = {
  AADSTS65001: noConsent,
  AADSTS700016: noConsent,
  AADSTS7000229: noConsent,
  AADSTS7000112: 'the application is switched off in the tenant',
  AADSTS500011: 'the tenant does not know the API that was to be read',
  AADSTS90002: 'there is no such tenant in this cloud',
  AADSTS53003: 'a Conditional Access policy of the tenant stops the application',
  AADSTS7000215: 'the client secret is wrong',
  AADSTS7000222: 'the client secret has expired',
  AADSTS70021: noTrust,
  AADSTS700211: noTrust,
  AADSTS700212: noTrust,
  AADSTS700213: noTrust,
};

/** @param code such as `AADSTS700016` */
export function tokenRefusalWords(code: string): string {
  return `${words[code] ?? 'the authority refused'} (${code})`;
}
