import { isLoopback, type Wrong } from './config-problems.ts';

export const onlyWhere = 'must be a URL without user name, password, query (?…) and fragment (#…)';

/** Endpoints are printed and stand in links, so nothing that lets somebody in may be part of one. */
export function saysMoreThanWhere(url: URL): boolean {
  // An empty query or user is left out of its parts, and still cuts off whatever is put behind the URL.
  return url.username !== '' || url.password !== '' || /[?#]/.test(url.href);
}

/** Without a slash at its end. @param loopbackOnly nothing may leave this machine */
export function readEndpoint(setting: string, value: string, loopbackOnly: boolean, wrong: Wrong): string {
  const url = URL.parse(value);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    wrong(setting, 'must be a URL');
  } else if (saysMoreThanWhere(url)) {
    wrong(setting, onlyWhere);
  } else if (loopbackOnly && !isLoopback(url)) {
    wrong(setting, 'must be on loopback while GRACEWATCH_CREDENTIAL is none');
  } else if (!loopbackOnly && url.protocol !== 'https:') {
    wrong(setting, 'must be https (plain http only with GRACEWATCH_CREDENTIAL=none on loopback)');
  }
  return value.replace(/\/+$/, '');
}
