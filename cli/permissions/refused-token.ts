/**
 * Codes of Entra's list of authentication errors with which the authority says that nothing is granted: no consent, an application
 * that was removed or switched off, an API or a tenant that is not there.
 */
const nothingGranted = new Set([
  'AADSTS65001',
  'AADSTS700016',
  'AADSTS7000229',
  'AADSTS7000112',
  'AADSTS500011',
  'AADSTS90002',
]);

/** What a refused token says of the rights: a wrong secret or a policy says nothing of them (law 3). */
export function stateByRefusal(code: string | undefined): 'missing' | 'unknown' {
  return code !== undefined && nothingGranted.has(code) ? 'missing' : 'unknown';
}

/** The code in a reason that was stored when a token was refused. */
export function tokenCodeIn(reason: string): string | undefined {
  return /\bAADSTS\d+\b/.exec(reason)?.[0];
}
