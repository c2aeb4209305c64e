import { type Grantee, mendingStep, mendingSteps } from '../rights/mend.ts';
import { isLacking, type PermissionRight, type TenantRights } from '../rights/rights.ts';
import type { Line } from './check.ts';

/** Whether there is a token for the tenant: without one it is blind, and no other tenant is. */
export function judgeToken(rights: TenantRights, grantee: Grantee): Line {
  const { token } = rights;
  switch (token.kind) {
    case 'read':
      return { status: 'ok', means: 'the authority gives one' };
    case 'refused':
      return {
        status: 'fail',
        means: `${token.reason}; nothing is collected from this tenant, others are not concerned`,
        ...mendBy(mendingSteps(rights, grantee)),
      };
    case 'later':
      return grantee.app === undefined
        ? {
            status: 'fail',
            means: `${token.reason}; where the app gets none either, nothing is collected from this tenant`,
            ...mendBy(mendingSteps(rights, grantee)),
          }
        : { status: 'skip', means: `not looked at: ${token.reason}` };
  }
}

/** Each permission with the feature that it feeds, and what was granted beyond them. */
export function judgePermissions(rights: TenantRights, grantee: Grantee): Line[] {
  const lines = rights.permissions.map((right): Line => {
    const subject = right.permission.name;
    return isLacking(right)
      ? { subject, ...stateOf(right), mend: mendingStep(right, rights.tenant.id, grantee) }
      : { subject, ...stateOf(right) };
  });
  if (rights.more.length === 0) return lines;
  const more: Line = {
    subject: 'more than needed',
    status: 'warn',
    means: `${rights.more.join(', ')}: Gracewatch uses none of these, and whoever takes it over could`,
    mend: 'entra.microsoft.com > Enterprise applications > the application > Permissions > Review permissions takes them away; docs/permissions.md says what is needed',
  };
  return [...lines, more];
}

/** Whether nothing at all is granted: then each further question to the tenant has the same answer. */
export function isBlind({ permissions }: TenantRights): boolean {
  return permissions.every(({ state }) => state !== 'granted');
}

function stateOf({ feature, state, reason }: PermissionRight): Pick<Line, 'status' | 'means'> {
  switch (state) {
    case 'granted':
      return { status: 'ok', means: `granted; feeds: ${feature.title}` };
    case 'missing':
      return feature.optional
        ? { status: 'ok', means: `not granted, and optional. Without it ${feature.without}` }
        : {
            status: 'fail',
            means: `missing (${reason}); feeds: ${feature.title}. Without it ${feature.without}`,
          };
    case 'unknown':
      return feature.optional
        ? { status: 'warn', means: `not known (${reason}), and optional; feeds: ${feature.title}` }
        : {
            status: 'warn',
            means: `not known (${reason}); feeds: ${feature.title}. Without it ${feature.without}`,
          };
  }
}

/** The first is for what comes first; each permission has its own. */
function mendBy([first]: readonly string[]): Pick<Line, 'mend'> {
  return first === undefined ? {} : { mend: first };
}
