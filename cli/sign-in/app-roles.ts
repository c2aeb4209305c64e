import { type AccessRole, accessRoles } from '../../shared/config-access.ts';
import type { AppRole } from '../directory/directory.ts';

/**
 * What somebody can be given: one of the two roles that the app reads in his token, for all tenants, or to sign in and nothing else. For
 * the latter there is a role without a value, because beside declared roles Graph takes no assignment without one (Graph reference,
 * "appRoleAssignment resource type"); what such a person may read stands in GRACEWATCH_ACCESS.
 */
export const givenRoles = [...accessRoles, 'sign-in'] as const;
export type GivenRole = (typeof givenRoles)[number];

const wanted: Readonly<Record<GivenRole, AppRole>> = {
  reader: {
    id: '6f0a2c58-3f1b-4c8e-9a55-0d6b9f7c1e01',
    value: 'reader',
    displayName: 'Reader',
    description: 'Reads alerts, histories and coverage of every watched tenant',
    allowedMemberTypes: ['User', 'Application'],
    isEnabled: true,
  },
  operator: {
    id: '6f0a2c58-3f1b-4c8e-9a55-0d6b9f7c1e02',
    value: 'operator',
    displayName: 'Operator',
    description: 'Reads, and acknowledges, snoozes and reopens alerts of every watched tenant',
    allowedMemberTypes: ['User', 'Application'],
    isEnabled: true,
  },
  'sign-in': {
    id: '6f0a2c58-3f1b-4c8e-9a55-0d6b9f7c1e03',
    value: null,
    displayName: 'Sign-in only',
    description: 'Signs in, and reads what GRACEWATCH_ACCESS says',
    allowedMemberTypes: ['User', 'Application'],
    isEnabled: true,
  },
};

/** The roles that the application is to have: its own, which somebody may have made before, and those that are missing. */
export function withGivenRoles(present: readonly AppRole[]): AppRole[] {
  const missing = givenRoles.filter((role) => find(present, role) === undefined).map((role) => wanted[role]);
  const ours = new Set(givenRoles.map((role) => find(present, role)?.id));
  return [...present.map((role) => (ours.has(role.id) ? usable(role) : role)), ...missing];
}

/** Of the application as it is to be. */
export function idOfRole(present: readonly AppRole[], role: GivenRole): string {
  return (find(present, role) ?? wanted[role]).id;
}

/** Whether each of them is there and can be given to people. */
export function hasGivenRoles(present: readonly AppRole[]): boolean {
  return givenRoles.every((name) => {
    const role = find(present, name);
    return role !== undefined && isUsable(role);
  });
}

function find(present: readonly AppRole[], name: GivenRole): AppRole | undefined {
  const { id, value } = wanted[name];
  return present.find((role) => (value === null ? role.id === id : role.value === value));
}

function isUsable({ isEnabled, allowedMemberTypes }: AppRole): boolean {
  return isEnabled && allowedMemberTypes.includes('User');
}

function usable(role: AppRole): AppRole {
  return isUsable(role)
    ? role
    : { ...role, isEnabled: true, allowedMemberTypes: [...new Set(['User', ...role.allowedMemberTypes])] };
}

export function isAccessRole(role: GivenRole): role is AccessRole {
  return role !== 'sign-in';
}
