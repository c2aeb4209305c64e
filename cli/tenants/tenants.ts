import { tellingWrongUse } from '../arguments/wrong-use.ts';
import { storageComplaint } from '../storage/complaint.ts';
import type { TargetValues } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { addTenant } from './add.ts';
import { setUpApplication } from './app.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { tenantsHelp } from './help.ts';
import { listTenants } from './list.ts';
import { readTenantsOptions, type TenantsOptions } from './options.ts';
import { removeTenantByHand } from './remove.ts';

/** 0 done, nothing to do, or shown what would be done; 1 refused, not reached or not confirmed; 2 wrong use or settings. */
type ExitCode = 0 | 1 | 2;

/** `gracewatch tenants list|add|remove|app`: who is watched, and the application by which many are. */
export function tenants(args: readonly string[], workplace: Workplace): Promise<ExitCode> {
  return tellingWrongUse('tenants', workplace.terminal, () => obey(readTenantsOptions(args), workplace));
}

async function obey(options: TenantsOptions, workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  const now = new Date().toISOString();
  switch (options.kind) {
    case 'help':
      await terminal.out(tenantsHelp);
      return 0;
    case 'app':
      return setUpApplication(options, workplace);
    case 'list':
      return withDeployment(options.target, workplace, (deployment) =>
        listTenants(deployment, options.json, terminal),
      );
    case 'add':
      return withDeployment(options.target, workplace, (deployment) =>
        addTenant(deployment, { ...options, now }, terminal),
      );
    case 'remove':
      return withDeployment(options.target, workplace, (deployment) =>
        removeTenantByHand(deployment, options.tenant, { yes: options.yes, now }, terminal),
      );
  }
}

/** Tells what storage refuses, with the command that mends it. @throws UsageError, TargetUnreachable, SettingsError */
async function withDeployment(
  values: TargetValues,
  workplace: Workplace,
  work: (deployment: Deployment) => Promise<ExitCode>,
): Promise<ExitCode> {
  const deployment = await readDeployment(values, workplace);
  try {
    return await work(deployment);
  } catch (error) {
    const complaint = storageComplaint(error, deployment.storage);
    if (complaint === undefined) throw error;
    workplace.terminal.err(`gracewatch tenants: ${complaint}\n`);
    return 1;
  }
}
