import { asObject } from '../../shared/json/json-value.ts';

/** Why a server gave no answer, as far as it can be told apart. */
export type Unreachable = 'no-such-host' | 'refused' | 'certificate' | 'too-late' | 'broken';

const certificateCodes = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** By the code of the connection's error, which stands in `cause` for `fetch` and in `code` for the storage SDKs. */
export function whyUnreachable(error: unknown): Unreachable {
  const codes = codesOf(error);
  if (codes.some((code) => code === 'ENOTFOUND' || code === 'EAI_AGAIN')) return 'no-such-host';
  if (codes.includes('ECONNREFUSED')) return 'refused';
  if (codes.some((code) => certificateCodes.test(code))) return 'certificate';
  return codes.some((code) => code.includes('TIMEDOUT') || code.includes('TIMEOUT')) ? 'too-late' : 'broken';
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let at = asObject(error);
  for (let depth = 0; at !== undefined && depth < 5; depth += 1) {
    if (typeof at['code'] === 'string') codes.push(at['code']);
    at = asObject(at['cause']);
  }
  return codes;
}

/** What `unreachable` means for the host that was asked. */
export function unreachableWords(host: string, why: Unreachable): string {
  switch (why) {
    case 'no-such-host':
      return `the name ${host} leads nowhere: it does not exist, or this network cannot resolve it`;
    case 'refused':
      return `nothing listens at ${host}`;
    case 'certificate':
      return `the certificate of ${host} is not trusted here`;
    case 'too-late':
      return `${host} gave no answer in time`;
    case 'broken':
      return `the connection to ${host} broke`;
  }
}

/** Host and port of a URL, which may be told where the rest may not. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'an address that is no URL';
}
