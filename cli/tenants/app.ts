import type { Environment } from '../../shared/config.ts';
import { visibleText } from '../../shared/deliver/escape.ts';
import { wantedPermissions } from '../../shared/permissions.ts';
import type { ReadOutcome } from '../../shared/ports.ts';
import { UsageError } from '../arguments.ts';
import type { Directory } from '../directory/directory.ts';
import { createDirectory } from '../directory/graph-directory.ts';
import { trustInIdentity } from '../directory/identity-trust.ts';
import { personTokenFor } from '../person-token.ts';
import { carryOut, dryRun } from '../sign-in/carry-out.ts';
import { failureWords } from '../sign-in/report.ts';
import { cloudOf } from '../target/cloud.ts';
import { settingsHere } from '../target/local-settings.ts';
import { readTarget } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { type ApplicationReport, applicationDocument, applicationText } from './app-report.ts';
import type { AppWhere, TenantsOptions } from './options.ts';
import {
  applicationNotes,
  noRoomForTrust,
  planApplication,
  type PresentApplication,
} from './plan-application.ts';

type AppOptions = TenantsOptions & { kind: 'app' };

/** The app whose managed identity the application is to trust. */
interface Place {
  name: string;
  label: string;
  hostName: string;
  principalId: string;
  /** The home tenant: of the identity, and so of the application (FACTS 11.11). */
  tenantId: string;
  app?: { name: string; resourceGroup: string };
}

/** Makes, or checks and corrects, the multi-tenant application. @throws UsageError, TargetUnreachable */
export async function setUpApplication(options: AppOptions, workplace: Workplace): Promise<0 | 1> {
  const { terminal } = workplace;
  const { place, settings } = await lookUp(options.where, workplace);
  const { graph, authority, credential } = cloudOf(settings);
  const directory = createDirectory({
    endpoint: graph,
    tokenFor: personTokenFor(credential),
    tenantId: place.tenantId,
    onWaiting: (text) => {
      terminal.err(`gracewatch tenants: ${text}\n`);
    },
  });
  const outcome = await planAndDo(options, place, authority, directory);
  if (outcome.kind !== 'read') {
    terminal.err(`gracewatch tenants: ${visibleText(failureWords(outcome))}\n`);
    return 1;
  }
  const report = outcome.value;
  await terminal.out(
    options.json ? `${JSON.stringify(applicationDocument(report), undefined, 2)}\n` : applicationText(report),
  );
  return report.results.some((result) => result.outcome.kind === 'failed') ? 1 : 0;
}

async function planAndDo(
  { optional, yes }: AppOptions,
  { name, label, hostName, principalId, tenantId, app }: Place,
  authority: string,
  directory: Directory,
): Promise<ReadOutcome<ApplicationReport>> {
  const wanted = {
    uniqueName: `gracewatch-${name}`,
    displayName: `Gracewatch (${name})`,
    redirectUri: `https://${hostName}/api/health`,
    trust: trustInIdentity('gracewatch-identity', authority, tenantId, principalId),
    permissions: wantedPermissions(optional),
  };
  const present = await lookAtApplication(directory, wanted.uniqueName);
  if (present.kind !== 'read') return present;
  const aspects = planApplication(wanted, present.value);
  const noRoom = noRoomForTrust(aspects, present.value);
  if (noRoom !== undefined) return { kind: 'refused', reason: noRoom };
  const clientId = present.value.application?.appId;
  const outcome = yes
    ? await carryOut(aspects, { ...present.value, allowed: [] }, directory)
    : { results: dryRun(aspects), ...(clientId === undefined ? {} : { clientId }) };
  return {
    kind: 'read',
    value: {
      label,
      tenantId,
      authority,
      uniqueName: wanted.uniqueName,
      dryRun: !yes,
      ...outcome,
      notes: applicationNotes(wanted, present.value),
      ...(app === undefined ? {} : { app }),
    },
  };
}

/** What stands in the directory of the application with this unique name. */
async function lookAtApplication(
  directory: Directory,
  uniqueName: string,
): Promise<ReadOutcome<PresentApplication>> {
  const application = await directory.findApplication(uniqueName);
  if (application.kind !== 'read') return application;
  if (application.value === undefined) return { kind: 'read', value: { trusts: [] } };
  const { id, appId } = application.value;
  const trusts = await directory.listFederatedCredentials(id);
  if (trusts.kind !== 'read') return trusts;
  const servicePrincipal = await directory.findServicePrincipal(appId);
  if (servicePrincipal.kind !== 'read') return servicePrincipal;
  return {
    kind: 'read',
    value: {
      application: application.value,
      trusts: trusts.value,
      ...(servicePrincipal.value === undefined ? {} : { servicePrincipal: servicePrincipal.value }),
    },
  };
}

/** @throws UsageError, TargetUnreachable */
async function lookUp(
  where: AppWhere,
  workplace: Workplace,
): Promise<{ place: Place; settings: Environment }> {
  switch (where.kind) {
    case 'host': {
      const { hostName, principalId, tenantId } = where;
      const [name = hostName] = hostName.split('.');
      return {
        place: { name, label: `the app ${name}`, hostName, principalId, tenantId },
        settings: await settingsHere(workplace.environment, workplace.folder),
      };
    }
    case 'app': {
      const { label, app, settings } = await readTarget(where.target, workplace);
      if (app?.identity === undefined) {
        throw new UsageError(
          'the app has no user-assigned identity, or several and none that its settings name: give --host HOSTNAME --identity OBJECT_ID --tenant ID',
        );
      }
      const { name, hostName, tenantId, resourceGroup, identity } = app;
      const principalId = identity.principalId.toLowerCase();
      return {
        place: { name, label, hostName, principalId, tenantId, app: { name, resourceGroup } },
        settings,
      };
    }
  }
}
