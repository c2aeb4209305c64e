import { everyAlert } from '../../shared/alert/alert-store.ts';
import { visibleText } from '../../shared/text/visible-text.ts';
import type { TenantRow } from '../../shared/tenants/tenant-store.ts';
import { UsageError } from '../arguments/arguments.ts';
import { targetArguments } from '../target/target.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { plainName } from '../terminal/plain-words.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { chooseTenant, tenantTitle } from './choose-tenant.ts';
import type { Deployment } from './deployment.ts';
import { stateWords, utc } from './state-words.ts';
import { tenantState } from '../../shared/tenants/tenant-state.ts';

/** Marks a tenant, after a question; the app does the rest. */
export async function removeTenantByHand(
  deployment: Deployment,
  asked: string,
  { yes, now }: { yes: boolean; now: string },
  terminal: Terminal,
): Promise<0 | 1> {
  const { target, reach, tenants } = deployment;
  if (reach.tenants.kind === 'list') {
    throw new UsageError(
      `the setting GRACEWATCH_TENANTS of ${target.label} lists its tenants: take it out of the list there. What is kept of it then stays`,
    );
  }
  const rows: TenantRow[] = [];
  for await (const row of tenants.list()) rows.push(row);
  const chosen = chooseTenant(rows, asked);
  const title = plainName(tenantTitle(chosen));
  if (chosen.removal !== undefined) {
    await terminal.out(`${title} ${stateWords(tenantState(chosen, []))}.\n`);
    return 0;
  }
  await terminal.out(`${(await whatGoes(chosen, deployment)).join('\n')}\n`);
  if (!yes && !(await isConfirmed(chosen, terminal))) return 1;

  for (;;) {
    const stored = await tenants.get(chosen.id);
    // Somebody else has removed it meanwhile.
    if (stored === undefined || stored.row.removal !== undefined) break;
    const marked = { ...stored.row, removal: { requestedAt: now } };
    if ((await tenants.save(marked, stored.version)) === 'saved') break;
  }
  await terminal.out(`${whatHappens(title, deployment).join('\n')}\n`);
  return 0;
}

async function whatGoes(tenant: TenantRow, { alerts, coverage }: Deployment): Promise<string[]> {
  const { id, addedAt } = tenant;
  let all = 0;
  let open = 0;
  for await (const { status } of everyAlert(alerts, { tenantIds: [id] })) {
    all += 1;
    if (status !== 'resolved') open += 1;
  }
  let sources = 0;
  let from: string | undefined;
  for await (const row of coverage.list()) {
    if (row.tenantId !== id) continue;
    sources += 1;
    for (const window of row.windows) from = from === undefined || window.from < from ? window.from : from;
  }
  const records =
    from === undefined ? 'none yet' : `what is kept of them since ${utc(from)}, of ${sources} sources`;
  return [
    ...paragraph(`${plainName(tenantTitle(tenant))}, ${id}, watched since ${utc(addedAt)}. This goes:`),
    `  alerts         ${all}, of which ${open} are not resolved, with their notices`,
    ...paragraph(records, '  audit records  '),
    ...paragraph('those at Microsoft 365 that this app has started', '  subscriptions  '),
    ...paragraph(
      'It cannot be brought back. In the tenant itself nothing is changed: the application stays there until an administrator deletes it under Enterprise applications.',
    ),
    '',
  ];
}

async function isConfirmed({ name, domain }: TenantRow, terminal: Terminal): Promise<boolean> {
  const word = visibleText(domain ?? name);
  const answer = await terminal.ask(`Type ${word} to remove it: `);
  if (answer === undefined) throw new UsageError('nobody is there to confirm it: give --yes');
  if (answer.trim().toLowerCase() === word.toLowerCase()) return true;
  terminal.err('Nothing was removed.\n');
  return false;
}

function whatHappens(title: string, { target }: Deployment): string[] {
  return [
    ...paragraph(
      `${title} is not watched any more. Within five minutes the app begins to delete what is kept of it; what may still come of it is waited out for about a day and dropped, and then the tenant goes from the list, too.`,
    ),
    `  npx gracewatch tenants list${targetArguments(target)}`,
    'shows how far it is.',
  ];
}
