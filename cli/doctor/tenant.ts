import { createGraph } from '../../shared/adapters/graph.ts';
import type { TenantSettings } from '../../shared/config.ts';
import type { ActivityApi } from '../../shared/services/activity-api.ts';
import type { Graph } from '../../shared/services/graph.ts';
import { connectRights } from '../rights/connect-rights.ts';
import { lookAtRights, type RightsPorts } from '../rights/look-at-rights.ts';
import { type Grantee, granteeOf } from '../rights/mend.ts';
import { personTokenFor } from '../person-token.ts';
import { judgeContentTypes } from './activity-content.ts';
import { type Check, type Line, linesOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { limitedCalls } from './limited-calls.ts';
import { judgeEntraPremium, readProducts } from './entra-premium.ts';
import { judgeReportNames, readReportSettings } from './report-names.ts';
import { once } from './once.ts';
import { isBlind, judgePermissions, judgeToken } from './rights.ts';

/** How tenants are looked at: with the app's own credential here, or as the person at an app in Azure. */
export interface TenantPorts {
  rights: RightsPorts;
  grantee: Grantee;
  /** Who may ask Graph in this tenant; undefined where only the app can. */
  graphOf: (tenantId: string) => Pick<Graph, 'readPage' | 'readObject'> | undefined;
  /** Undefined where only the app can. */
  activity?: Pick<ActivityApi, 'listSubscriptions'>;
}

/** Connects when the first tenant is looked at, once for all. */
export function tenantPorts({
  target,
  config,
  clock,
  isRead,
  storage,
  inAzure,
}: Deployment): () => Promise<TenantPorts> {
  return once(async () => {
    // The example that stands in for a wrong setting is nobody's storage to send a token to.
    const clients = isRead('AzureWebJobsStorage') ? (await storage()).clients : undefined;
    const rights = connectRights(target, config, clients, clock.now().toISOString());
    const grantee = granteeOf(target, config);
    if (rights.kind === 'own') {
      return { rights, grantee, graphOf: () => rights.graph, activity: rights.activity };
    }
    // The person is known in the tenant of the app, and as a rule in no other.
    const graph = createGraph({ endpoint: config.endpoints.graph, tokenFor: personTokenFor('signed-in') });
    return { rights, grantee, graphOf: (id) => (id === inAzure?.app.tenantId ? graph : undefined) };
  });
}

/** Token, permissions, and what the tenant itself decides about how much can be seen of it. */
export async function examineTenant({ id, name }: TenantSettings, given: TenantPorts): Promise<Check[]> {
  const tenant = { id, name };
  const ports = askedOnce(given);
  // All at once: where a service hangs, its calls hang one beside the other.
  const [rights, facts] = await Promise.all([
    lookAtRights(tenant, ports.rights),
    examineFacts(tenant, ports),
  ]);
  const token = linesOf('token', [judgeToken(rights, ports.grantee)], tenant);
  if (!isBlind(rights)) {
    return [...token, ...linesOf('permission', judgePermissions(rights, ports.grantee), tenant), ...facts];
  }
  // The refusal of the token names what would only be repeated of each permission.
  return rights.token.kind === 'refused'
    ? [...token, ...factsBecause('because there is no token', tenant)]
    : [
        ...token,
        ...linesOf('permission', judgePermissions(rights, ports.grantee), tenant),
        ...factsBecause('because no permission is known to be granted', tenant),
      ];
}

function askedOnce(ports: TenantPorts): TenantPorts {
  if (ports.rights.kind !== 'own') return ports;
  const rights = limitedCalls(ports.rights);
  return { ...ports, rights, graphOf: () => rights.graph, activity: rights.activity };
}

/** Each is named all the same, so that nobody takes a line that is not there for one that is well. */
function factsBecause(why: string, tenant: NonNullable<Check['tenant']>): Check[] {
  const notLookedAt = (what: string): Line[] => [{ status: 'skip', means: `${what}: not looked at, ${why}` }];
  return [
    ...linesOf('entra-premium', notLookedAt('Entra ID P1'), tenant),
    ...linesOf('report-names', notLookedAt('names in usage reports'), tenant),
    ...linesOf('activity-content', notLookedAt('which content is started'), tenant),
  ];
}

async function examineFacts(
  tenant: NonNullable<Check['tenant']>,
  { graphOf, activity }: TenantPorts,
): Promise<Check[]> {
  const graph = graphOf(tenant.id);
  const [premium, names, content] = await Promise.all([
    graph === undefined
      ? onlyTheApp('the licences of')
      : readProducts(graph, tenant.id).then(judgeEntraPremium),
    graph === undefined
      ? onlyTheApp('the report settings of')
      : readReportSettings(graph, tenant.id).then(judgeReportNames),
    activity === undefined
      ? onlyTheApp('which content is started in')
      : activity.listSubscriptions(tenant.id).then(judgeContentTypes),
  ]);
  return [
    ...linesOf('entra-premium', premium, tenant),
    ...linesOf('report-names', names, tenant),
    ...linesOf('activity-content', content, tenant),
  ];
}

function onlyTheApp(what: string): Line[] {
  return [{ status: 'skip', means: `not looked at: only the app can see ${what} this tenant` }];
}
