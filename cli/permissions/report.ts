import { paragraph } from '../terminal/paragraph.ts';
import { plainName } from '../terminal/plain-words.ts';
import { type Grantee, mendingSteps } from '../rights/mend.ts';
import { lackingRights, type PermissionRight, type TenantRights } from '../rights/rights.ts';

/** What people read of one tenant: a table of what is needed, and below a permission that is not granted what that means. */
export function tenantReport(rights: TenantRights, grantee: Grantee): string {
  const { tenant, permissions, more } = rights;
  const domain = tenant.domain === undefined ? '' : `${tenant.domain}, `;
  return text([
    ...paragraph(`${plainName(tenant.name)} (${plainName(`${domain}${tenant.id}`)})`),
    ...permissions.flatMap((right) => permissionLines(right)),
    ...(more.length === 0
      ? []
      : paragraph(more.map((name) => plainName(name)).join(', '), '  more than needed: ')),
    ...mendingSteps(rights, grantee).flatMap((step) => [`  > ${step}`]),
    '',
  ]);
}

const behind = ' '.repeat(6);

function permissionLines({ feature, permission, state, reason }: PermissionRight): string[] {
  const optional = feature.optional ? ' (optional)' : '';
  const row = `  ${permission.name.padEnd(24)} ${state.padEnd(8)} ${feature.title}${optional}`;
  if (state === 'granted') return [row];
  // That nobody asked for an optional one needs no explanation.
  const why = feature.optional && state === 'missing' ? [] : paragraph(reason, behind);
  return [row, ...why, ...paragraph(`without it: ${feature.without}`, behind)];
}

/** The last lines: how many tenants have what is needed; one of which that could not be seen is not without it (law 3). */
export function totals(all: readonly TenantRights[]): string {
  const lacking = all.map(lackingRights).filter(({ length }) => length > 0);
  const without = lacking.filter((rights) => rights.some(({ state }) => state === 'missing')).length;
  const more = all.filter((rights) => rights.more.length > 0).length;
  const tenants = `${all.length} ${all.length === 1 ? 'tenant' : 'tenants'}`;
  return text([
    `${tenants}: ${all.length - lacking.length} with all that is needed, ${without} without, ${lacking.length - without} not known.`,
    ...(more === 0
      ? []
      : paragraph(
          `Warning: ${more} ${more === 1 ? 'grants' : 'grant'} more than Gracewatch uses. Whoever takes the application over has it too: docs/permissions.md says how to take it away.`,
        )),
  ]);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** What programs read; texts are as they are. */
export function documentOf(label: string, all: readonly TenantRights[], grantee: Grantee): unknown {
  return {
    target: label,
    tenants: all.map((rights) => ({
      tenant: rights.tenant,
      token: rights.token,
      permissions: rights.permissions.map(({ feature, permission, state, reason, seenBy }) => ({
        permission: permission.name,
        api: permission.api,
        state,
        reason,
        seenBy,
        feature: feature.name,
        optional: feature.optional,
        without: feature.without,
      })),
      more: rights.more,
      mend: mendingSteps(rights, grantee),
    })),
  };
}
