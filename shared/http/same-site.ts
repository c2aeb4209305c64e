import { isLoopback } from '../config-problems.ts';
import type { HttpRequest } from './request.ts';

/**
 * Whether a command comes from a page of our own, or from a program. A browser adds the sign-in of whoever sits before it to what any
 * page sends, and says in `Origin` and `Sec-Fetch-Site` which page that is; a program has neither.
 * @param publicUrl the app's own address, also where something stands before it
 */
export function isFromElsewhere(
  { headers, url }: Pick<HttpRequest, 'headers' | 'url'>,
  publicUrl: string | undefined,
): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return true;
  const origin = headers.get('origin');
  return origin !== null && !isOwn(origin, url, publicUrl);
}

function isOwn(origin: string, asked: string, publicUrl: string | undefined): boolean {
  const from = URL.parse(origin);
  // `null`, as a page without an origin says, is nobody's.
  if (from === null || from.origin !== origin.toLowerCase()) return false;
  if (publicUrl !== undefined && from.origin === URL.parse(publicUrl)?.origin) return true;
  // The app behind the platform may see http where the browser sees https, so the host decides. Plain http is ours only on this machine.
  return from.host === URL.parse(asked)?.host && (from.protocol === 'https:' || isLoopback(from));
}

/** `application/json`, whatever parameters follow: a form of another page can send no such body without being asked first. */
export function isJson({ headers }: Pick<HttpRequest, 'headers'>): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}
