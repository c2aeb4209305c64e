import { z } from 'zod';

/** Who is signed in, as the platform's sign-in tells it. */
export interface Principal {
  /** Object id, in lower case. */
  id: string;
  /** What people call him; an application may have no name. */
  name?: string;
  /** What he signs in with. */
  userName?: string;
  /** Object ids of the groups that the sign-in lists, in lower case. */
  groups: readonly string[];
  /** He is in too many groups for the sign-in to list any. */
  groupsLeftOut: boolean;
  /** App roles that he holds. */
  roles: readonly string[];
}

export type ReadPrincipal = { kind: 'principal'; principal: Principal } | { kind: 'nobody'; reason: string };

const headerSchema = z.object({
  name_typ: z.string().nullish(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});

/**
 * Reads `x-ms-client-principal`, base64 of JSON (FACTS 11.6). Whoever calls this knows that the platform has written it. What is not
 * whole is nobody: of a header that came twice, or was cut, nobody knows whose claims are read. The reason quotes nothing of it.
 */
export function readPrincipal(header: string | null): ReadPrincipal {
  if (header === null || header.trim() === '') {
    return nobody(
      'nobody is signed in: the header x-ms-client-principal, which the sign-in of the platform writes, is missing; open /.auth/login/aad, or on one machine send it by hand',
    );
  }
  if (header.includes(',')) return nobody('the header x-ms-client-principal came more than once');
  const json = decoded(header.trim());
  if (json === undefined) return nobody('the header x-ms-client-principal is not base64 of JSON');
  const { success, data } = headerSchema.safeParse(json);
  if (!success) return nobody('the header x-ms-client-principal has no list of claims {typ, val}');
  const values = (...types: readonly string[]): string[] =>
    data.claims
      .filter(({ typ, val }) => types.includes(typ) && val.trim() !== '')
      .map(({ val }) => val.trim());
  const [id, ...others] = new Set(values(...objectIdTypes).map((value) => value.toLowerCase()));
  if (id === undefined || others.length > 0 || !objectIdPattern.test(id)) {
    return nobody('the header x-ms-client-principal does not hold one object id (claim oid)');
  }
  const userName = shortened(values(...userNameTypes)[0]);
  const name = shortened(values('name', data.name_typ ?? 'name')[0]) ?? userName;
  const groups = values('groups').map((value) => value.toLowerCase());
  return {
    kind: 'principal',
    principal: {
      id,
      ...(name === undefined ? {} : { name }),
      ...(userName === undefined || userName === name ? {} : { userName }),
      groups,
      // Entra then puts a pointer in place of the list.
      groupsLeftOut: groups.length === 0 && data.claims.some(isGroupOverage),
      roles: values('roles'),
    },
  };
}

/** The platform writes the long names for some claims and the short ones of the token for others. */
const objectIdTypes = ['http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid'];
const userNameTypes = [
  'preferred_username',
  'upn',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn',
];

const objectIdPattern = /^[0-9a-z-]{1,64}$/;

function isGroupOverage({ typ, val }: { typ: string; val: string }): boolean {
  return typ === '_claim_names' || (typ === 'hasgroups' && val.toLowerCase() !== 'false');
}

function nobody(reason: string): ReadPrincipal {
  return { kind: 'nobody', reason };
}

/** Buffer skips what is no base64, so half a header would be read as a whole one. */
const base64Pattern = /^[A-Za-z0-9+/]+={0,2}$/;

function decoded(header: string): unknown {
  if (!base64Pattern.test(header)) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'base64')));
  } catch {
    return undefined;
  }
}

const longestName = 256;

/** It is stored with each command, so nobody's name fills an alert. */
function shortened(name: string | undefined): string | undefined {
  return name?.slice(0, longestName);
}
