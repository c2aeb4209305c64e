import { z } from 'zod';
import { createTokenFor, readToken } from '../../shared/adapters/credentials.ts';
import { createGraph } from '../../shared/adapters/graph.ts';
import { tenantIdPattern } from '../../shared/config-tenants.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { TenantRow } from '../../shared/tenants/tenant-store.ts';
import { mayBeAddedAgain } from '../../shared/tenants/removal.ts';
import { tenantState } from '../../shared/tenants/tenant-state.ts';
import { UsageError } from '../arguments/arguments.ts';
import { isDomain, isGuid } from '../arguments/values.ts';
import { consentLink } from '../directory/consent-link.ts';
import { targetArguments } from '../target/target.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { plainName, plainWords } from '../terminal/plain-words.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { tenantTitle } from './choose-tenant.ts';
import type { Deployment } from './deployment.ts';
import { stateWords } from './state-words.ts';

export interface AddRequest {
  /** Id, domain, or the part before .onmicrosoft.com. */
  tenant: string;
  name?: string;
  domain?: string;
  /** ISO 8601. */
  now: string;
}

/** Puts a tenant into the table. What it lacks is said and keeps it out of nothing: it is blind until it is there. */
export async function addTenant(
  deployment: Deployment,
  request: AddRequest,
  terminal: Terminal,
): Promise<0 | 1> {
  const { reach } = deployment;
  refuseWhereNothingComesOfIt(deployment);
  const who = await identify(deployment, request, terminal);
  if (who === undefined) return 1;
  if (!isReachable(deployment, who.id, terminal)) return 1;
  const seen = await lookInto(deployment, who.id);
  if (reach.credential.kind === 'none' && !isGuid(who.id) && seen.access.kind !== 'read') {
    const why = seen.access.kind === 'not-tried' ? '' : `: ${seen.access.reason}`;
    terminal.err(
      `gracewatch tenants: ${plainName(who.id)} is no tenant's id, and Graph does not know it${plainWords(why)}\n`,
    );
    return 1;
  }
  const { domain } = request;
  const known = {
    ...seen.organization,
    ...(who.domain === undefined ? {} : { domain: who.domain }),
    ...(domain === undefined ? {} : { domain }),
  };
  const name = request.name ?? known.name ?? known.domain ?? who.id;
  const row: TenantRow = {
    id: who.id,
    name,
    ...(known.domain === undefined ? {} : { domain: known.domain }),
    addedAt: request.now,
  };

  await warnOfSameDomain(deployment, row, terminal);
  const outcome = await put(deployment, row, request);
  const title = plainName(tenantTitle(outcome.row));
  switch (outcome.kind) {
    case 'refused':
      terminal.err(
        `${paragraph(`gracewatch tenants: ${title} ${stateWords(tenantState(outcome.row, []))}. It can be added again when its data is deleted, some minutes after the app has begun.`).join('\n')}\n`,
      );
      return 1;
    case 'known':
      await terminal.out(`${title} is watched already.\n`);
      break;
    case 'changed':
      await terminal.out(`${title} is watched already; its name and domain are now these.\n`);
      break;
    case 'added':
      await terminal.out(`${title} is watched from now on, as ${outcome.row.id}.\n`);
  }
  await terminal.out(`${whatIsNext(deployment, who.id, seen).join('\n')}\n`);
  return 0;
}

/** @throws UsageError */
function refuseWhereNothingComesOfIt({ target, reach }: Deployment): void {
  if (reach.tenants.kind === 'table') return;
  const { app, label } = target;
  const how =
    app === undefined
      ? 'set it to table'
      : `run: az functionapp config appsettings set --name ${app.name} --resource-group ${app.resourceGroup} --settings GRACEWATCH_TENANTS=table (and empty the parameter tenants of the template, or the next deployment sets the list again)`;
  const listed = reach.tenants.tenants.map(({ id }) => id).join(', ');
  throw new UsageError(
    `the setting GRACEWATCH_TENANTS of ${label} lists its tenants, so nobody reads the table. To watch those of the table ${how}; then add these again: ${listed}`,
  );
}

/** The id, and the domain where the person named one; undefined where no such tenant is there, which is told. @throws UsageError */
async function identify(
  { reach, find }: Deployment,
  { tenant }: AddRequest,
  terminal: Terminal,
): Promise<{ id: string; domain?: string } | undefined> {
  const asked = tenant.toLowerCase();
  if (reach.credential.kind === 'none') {
    if (tenantIdPattern.test(asked)) return { id: asked };
    throw new UsageError('with GRACEWATCH_CREDENTIAL=none a tenant is added by its id');
  }
  const isId = isGuid(asked);
  const domain = asked.includes('.') ? asked : `${asked}.onmicrosoft.com`;
  if (!isId && !isDomain(domain))
    throw new UsageError(`${tenant} is neither an id nor a domain nor a tenant's name`);
  const found = await find(isId ? asked : domain);
  if (found.kind === 'read' && found.value !== undefined) {
    return { id: found.value, ...(isId ? {} : { domain }) };
  }
  if (found.kind === 'read') {
    terminal.err(
      `gracewatch tenants: no tenant of this cloud has the ${isId ? `id ${asked}` : `domain ${domain}`}\n`,
    );
    return undefined;
  }
  if (isId) {
    terminal.err(
      `gracewatch tenants: it could not be checked that there is such a tenant: ${found.reason}\n`,
    );
    return { id: asked };
  }
  terminal.err(
    `gracewatch tenants: the domain ${domain} could not be looked up: ${found.reason}; give the id instead\n`,
  );
  return undefined;
}

/** A managed identity has rights in its own tenant and nowhere else. */
function isReachable({ target, reach }: Deployment, tenantId: string, terminal: Terminal): boolean {
  const { app } = target;
  if (reach.credential.kind !== 'managed-identity' || app === undefined || app.tenantId === tenantId)
    return true;
  const text = `the app acts as its managed identity, which has rights only in its own tenant ${app.tenantId}. For others it needs the multi-tenant application: npx gracewatch tenants app${targetArguments(target)}`;
  terminal.err(`${paragraph(`gracewatch tenants: ${text}`).join('\n')}\n`);
  return false;
}

interface Seen {
  /** `not-tried` where only the app has the credential. */
  access: ReadOutcome<void> | { kind: 'not-tried' };
  organization: { name?: string; domain?: string };
}

const organizationSchema = z.object({
  displayName: z.string().min(1).optional(),
  verifiedDomains: z.array(z.object({ name: z.string(), isDefault: z.boolean().optional() })).default([]),
});

/** Tries what the app will do; its own name may be told only to who has the permission for it, which nobody needs. */
async function lookInto({ target, reach }: Deployment, tenantId: string): Promise<Seen> {
  const { credential, endpoints } = reach;
  const isHere =
    credential.kind === 'none' || (credential.kind === 'client-secret' && target.app === undefined);
  if (!isHere) return { access: { kind: 'not-tried' }, organization: {} };
  const tokenFor = createTokenFor(credential, endpoints.authority);
  const token = await readToken(tokenFor, tenantId, `${endpoints.graph}/.default`);
  if (token.kind !== 'read') return { access: token, organization: {} };
  const graph = createGraph({ endpoint: endpoints.graph, tokenFor });
  const page = await graph.readPage(tenantId, '/organization');
  if (page.kind !== 'read') {
    // Whoever is let in and may not read this may read what is needed all the same.
    const isOnlyThis = page.kind === 'refused' && page.status === 403;
    return { access: isOnlyThis ? { kind: 'read', value: undefined } : page, organization: {} };
  }
  const { data } = organizationSchema.safeParse(page.value.value[0]);
  const domain = data?.verifiedDomains.find(({ isDefault }) => isDefault === true)?.name;
  return {
    access: { kind: 'read', value: undefined },
    organization: {
      ...(data?.displayName === undefined ? {} : { name: data.displayName }),
      ...(domain === undefined ? {} : { domain: domain.toLowerCase() }),
    },
  };
}

/** A domain belongs to one tenant, so one of the two is not what somebody takes it for. */
async function warnOfSameDomain(
  { tenants }: Deployment,
  { id, domain }: TenantRow,
  terminal: Terminal,
): Promise<void> {
  if (domain === undefined) return;
  for await (const other of tenants.list()) {
    if (other.id === id || other.domain?.toLowerCase() !== domain.toLowerCase()) continue;
    terminal.err(
      `gracewatch tenants: warning: ${plainName(other.name)} (${other.id}) has the domain ${plainName(domain)} too\n`,
    );
  }
}

type Put = { kind: 'added' | 'changed' | 'known' | 'refused'; row: TenantRow };

/** Twice is no error: what the person names anew is changed, all else stays as it is. */
async function put({ tenants }: Deployment, row: TenantRow, request: AddRequest): Promise<Put> {
  for (;;) {
    const stored = await tenants.get(row.id);
    const removal = stored?.row.removal;
    if (stored === undefined || (removal !== undefined && mayBeAddedAgain(removal))) {
      if ((await tenants.save(row, stored?.version)) === 'saved') return { kind: 'added', row };
      continue;
    }
    if (removal !== undefined) return { kind: 'refused', row: stored.row };
    const { name = stored.row.name, domain = stored.row.domain } = request;
    const changed = { ...stored.row, name, ...(domain === undefined ? {} : { domain }) };
    if (changed.name === stored.row.name && changed.domain === stored.row.domain)
      return { kind: 'known', row: stored.row };
    if ((await tenants.save(changed, stored.version)) === 'saved') return { kind: 'changed', row: changed };
  }
}

function whatIsNext({ target, reach }: Deployment, tenantId: string, { access }: Seen): string[] {
  const { credential, endpoints } = reach;
  const link =
    credential.kind === 'federated' || credential.kind === 'client-secret'
      ? [
          'An administrator of the tenant consents here, if none has yet:',
          `  ${consentLink(endpoints.authority, tenantId, credential.clientId)}`,
        ]
      : [];
  const see = `  npx gracewatch tenants list${targetArguments(target)}`;
  switch (access.kind) {
    case 'read':
      return [...paragraph('It lets Gracewatch in. The first collection begins within five minutes:'), see];
    case 'not-tried':
      return [
        ...paragraph(
          'Whether it lets Gracewatch in, only the app can find out: this machine does not have its identity.',
        ),
        ...link,
        ...paragraph('The first collection begins within five minutes, and says what it meets:'),
        see,
      ];
    case 'later':
    case 'refused':
      return [
        ...paragraph(
          `Warning: it does not let Gracewatch in yet: ${access.reason}. It stays blind until then.`,
        ),
        ...link,
        see,
      ];
  }
}
