import { eachBounded } from '../../shared/adapters/bounded.ts';
import type { TenantSettings } from '../../shared/config.ts';
import { jsonText } from '../../shared/json/json-text.ts';
import { countedProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { lookAtRights, type RightsPorts } from '../rights/look-at-rights.ts';
import type { Grantee } from '../rights/mend.ts';
import { lackingRights, type TenantRights } from '../rights/rights.ts';
import { documentOf, tenantReport, totals } from './report.ts';

/** So many tenants are asked at a time: each has its own allowance, and the application one of its own (FACTS 9). */
const atOnce = 8;

export interface Seeing {
  /** Which deployment, for people. */
  label: string;
  tenants: readonly TenantSettings[];
  grantee: Grantee;
  ports: RightsPorts;
  json: boolean;
}

/** Looks at the rights in each tenant and tells them. Gives the exit code: 1 where something needed is missing or unknown. */
export async function seePermissions(
  { label, tenants, grantee, ports, json }: Seeing,
  terminal: Terminal,
): Promise<0 | 1> {
  const seen = new Map<TenantSettings, TenantRights>();
  const progress = countedProgress('tenants', tenants.length, terminal);
  await eachBounded(tenants, atOnce, async (tenant) => {
    seen.set(tenant, await lookAtRights(tenant, ports));
    progress.step();
  });
  progress.end();
  // In the order of the settings, however long each took.
  const all = tenants.flatMap((tenant) => seen.get(tenant) ?? []);
  if (json) {
    await terminal.out(`${jsonText(documentOf(label, all, grantee))}\n`);
  } else if (all.length === 0) {
    await terminal.out('No tenant is watched yet: npx gracewatch tenants add puts one in.\n');
  } else {
    await terminal.out(`Rights of ${label}\n\n`);
    for (const rights of all) await terminal.out(tenantReport(rights, grantee));
    await terminal.out(totals(all));
  }
  return all.some((rights) => lackingRights(rights).length > 0) ? 1 : 0;
}
