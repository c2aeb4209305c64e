import type { TenantSettings } from '../../shared/config.ts';
import type { TenantRow } from '../../shared/tenants/tenant-store.ts';
import { type TenantState, tenantState } from '../../shared/tenants/tenant-state.ts';
import { tokenRefusalCode } from '../../shared/tenants/token-refusal.ts';
import { consentLink } from '../directory/consent-link.ts';
import { jsonText } from '../../shared/json/json-text.ts';
import { targetArguments } from '../target/target.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { plainName } from '../terminal/plain-words.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { tenantTitle } from './choose-tenant.ts';
import { coverageByTenant, type Deployment } from './deployment.ts';
import { stateWords, utc } from './state-words.ts';

type Listed = TenantSettings & Partial<Pick<TenantRow, 'addedAt' | 'removal'>> & { state: TenantState };

/** Who is watched, and how each fares. */
export async function listTenants(deployment: Deployment, json: boolean, terminal: Terminal): Promise<0> {
  const { target, reach, coverage } = deployment;
  const rows = await coverageByTenant(coverage);
  const tenants: Listed[] = (await tenantsOf(deployment)).map((tenant) => ({
    ...tenant,
    state: tenantState(tenant, rows.get(tenant.id) ?? []),
  }));
  const source = reach.tenants.kind === 'list' ? 'settings' : 'table';
  if (json) {
    const document = {
      deployment: target.label,
      source,
      tenants: tenants.map(({ removal: _shownAsState, ...shown }) => shown),
    };
    await terminal.out(`${jsonText(document)}\n`);
  } else {
    await terminal.out(`${reportOf(deployment, tenants).join('\n')}\n`);
  }
  return 0;
}

async function tenantsOf({ reach, tenants }: Deployment): Promise<Omit<Listed, 'state'>[]> {
  if (reach.tenants.kind === 'list') return reach.tenants.tenants;
  const rows: TenantRow[] = [];
  for await (const row of tenants.list()) rows.push(row);
  return rows;
}

function reportOf(deployment: Deployment, tenants: readonly Listed[]): string[] {
  const { target, reach } = deployment;
  const from =
    reach.tenants.kind === 'list'
      ? 'as its setting GRACEWATCH_TENANTS lists them: tenants add and remove change nothing there'
      : 'as they stand in its table';
  if (tenants.length === 0) {
    return [
      ...paragraph(`No tenant of ${target.label} is watched yet. The next one:`),
      `  npx gracewatch tenants add DOMAIN${targetArguments(target)}`,
    ];
  }
  return [
    ...paragraph(`Tenants of ${target.label}, ${from}`),
    ...tenants.flatMap((tenant) => ['', ...tenantLines(tenant, deployment)]),
    '',
    totals(tenants),
  ];
}

function tenantLines(tenant: Listed, { reach }: Deployment): string[] {
  const { id, addedAt, state } = tenant;
  const added = addedAt === undefined ? '' : `, added ${utc(addedAt)}`;
  const lines = [
    ...paragraph(`${plainName(tenantTitle(tenant))}, ${id}${added}`),
    ...paragraph(stateWords(state), '  '),
  ];
  const { credential, endpoints } = reach;
  const mayConsent = credential.kind === 'federated' || credential.kind === 'client-secret';
  if (state.kind !== 'blind' || !mayConsent || tokenRefusalCode(state.reason) === undefined) return lines;
  const link = consentLink(endpoints.authority, id, credential.clientId);
  return [...lines, '  where it is the consent, an administrator of the tenant gives it here:', `  ${link}`];
}

function totals(tenants: readonly Listed[]): string {
  const count = (...kinds: TenantState['kind'][]): number =>
    tenants.filter(({ state }) => kinds.includes(state.kind)).length;
  const parts = [
    [count('watched', 'first-collection'), 'watched'],
    [count('blind'), 'blind'],
    [count('removing'), 'being removed'],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return `${tenants.length} ${tenants.length === 1 ? 'tenant' : 'tenants'}: ${told.join(', ')}.`;
}
