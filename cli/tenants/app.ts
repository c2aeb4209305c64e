import { visibleText } from '../../shared/text/visible-text.ts';
import { wantedPermissions } from '../../shared/permissions.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { connectDirectory } from '../directory/connect-directory.ts';
import type { Directory } from '../directory/directory.ts';
import { failureWords } from '../directory/failure-words.ts';
import { trustInIdentity } from '../directory/identity-trust.ts';
import { planExitCode, planOutcome } from '../plan/carry-out.ts';
import { lookAtApplication } from '../plan/look-at-application.ts';
import { cloudOf } from '../target/cloud.ts';
import { findPlace, type Place } from '../target/place.ts';
import type { Workplace } from '../workplace.ts';
import { type ApplicationReport, applicationDocument, applicationText } from './app-report.ts';
import type { TenantsOptions } from './options.ts';
import { applicationNotes, noRoomForTrust, planApplication } from './plan-application.ts';

type AppOptions = TenantsOptions & { kind: 'app' };

/** Makes, or checks and corrects, the multi-tenant application. @throws UsageError, TargetUnreachable */
export async function setUpApplication(options: AppOptions, workplace: Workplace): Promise<0 | 1> {
  const { terminal } = workplace;
  const { place, settings } = await findPlace(options.where, workplace);
  const cloud = cloudOf(settings);
  const directory = connectDirectory(cloud, place.tenantId, 'tenants', terminal);
  const outcome = await planAndDo(options, place, cloud.authority, directory);
  if (outcome.kind !== 'read') {
    terminal.err(`gracewatch tenants: ${visibleText(failureWords(outcome))}\n`);
    return 1;
  }
  const report = outcome.value;
  await terminal.out(
    options.json ? `${JSON.stringify(applicationDocument(report), undefined, 2)}\n` : applicationText(report),
  );
  return planExitCode(report);
}

async function planAndDo(
  { optional, yes }: AppOptions,
  place: Place,
  authority: string,
  directory: Directory,
): Promise<ReadOutcome<ApplicationReport>> {
  const { name, hostName, principalId, tenantId } = place;
  const uniqueName = `gracewatch-${name}`;
  const wanted = {
    uniqueName,
    displayName: `Gracewatch (${name})`,
    redirectUri: `https://${hostName}/api/health`,
    trust: trustInIdentity('gracewatch-identity', authority, tenantId, principalId),
    permissions: wantedPermissions(optional),
  };
  const present = await lookAtApplication(directory, uniqueName);
  if (present.kind !== 'read') return present;
  const aspects = planApplication(wanted, present.value);
  const noRoom = noRoomForTrust(aspects, present.value);
  if (noRoom !== undefined) return { kind: 'refused', reason: noRoom };
  const plan = { aspects, notes: applicationNotes(wanted, present.value), present: present.value };
  const outcome = await planOutcome(plan, yes, directory);
  return { kind: 'read', value: { ...outcome, place, authority, uniqueName } };
}
