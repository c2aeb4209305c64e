import type { HttpRequest } from '../../shared/http/request.ts';

/** Claims as the platform's sign-in writes them for a person. */
export function claimsOf(
  id: string,
  {
    name = 'Ada Lovelace',
    roles = [],
    more = [],
  }: { name?: string; roles?: string[]; more?: [string, string][] } = {},
): { typ: string; val: string }[] {
  return [
    { typ: 'iss', val: 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0' },
    {
      typ: 'http://schemas.microsoft.com/identity/claims/tenantid',
      val: '11111111-2222-4333-8444-555555555555',
    },
    { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: id },
    ...(name === ''
      ? []
      : [
          { typ: 'name', val: name },
          { typ: 'preferred_username', val: 'ada@contoso.com' },
        ]),
    ...roles.map((val) => ({ typ: 'roles', val })),
    ...more.map(([typ, val]) => ({ typ, val })),
  ];
}

/** The header `x-ms-client-principal`. */
export function headerOf(claims: unknown, typed: object = {}): string {
  const principal = {
    auth_typ: 'aad',
    name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
    claims,
    ...typed,
  };
  return Buffer.from(JSON.stringify(principal)).toString('base64');
}

/** A request as the Functions library gives it; a test states only what matters to it. */
export function request({
  query = {},
  body = '',
  principal,
  headers = {},
  method = 'GET',
  ...rest
}: Partial<Pick<HttpRequest, 'method' | 'params' | 'url'>> & {
  query?: Record<string, string>;
  body?: string;
  principal?: string | undefined;
  headers?: Record<string, string>;
} = {}): HttpRequest {
  return {
    method,
    url: 'https://gracewatch-x.azurewebsites.net/api/alerts',
    params: {},
    ...rest,
    query: new URLSearchParams(query),
    headers: new Headers({
      ...(principal === undefined ? {} : { 'x-ms-client-principal': principal }),
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...headers,
    }),
    text: () => Promise.resolve(body),
  };
}
