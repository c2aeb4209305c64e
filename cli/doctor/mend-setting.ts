import type { Environment } from '../../shared/config.ts';
import type { AzureApp, Target } from '../target/target.ts';
import { exampleOf } from './setting-examples.ts';

/** The settings of infra/modules/app.bicep, each with the parameter of the template that it is set from; a test compares them. */
export const setByTemplate: ReadonlyMap<string, string | undefined> = new Map([
  ['AzureWebJobsStorage__blobServiceUri', undefined],
  ['AzureWebJobsStorage__queueServiceUri', undefined],
  ['AzureWebJobsStorage__tableServiceUri', undefined],
  ['GRACEWATCH_TENANTS', 'tenants'],
  ['GRACEWATCH_CREDENTIAL', 'multiTenantClientId'],
  ['GRACEWATCH_CLIENT_ID', 'multiTenantClientId'],
  ['GRACEWATCH_GRAPH_ENDPOINT', undefined],
  ['GRACEWATCH_ACTIVITY_ENDPOINT', 'activityEndpoint'],
  ['GRACEWATCH_AUTHORITY', undefined],
  ['GRACEWATCH_PUBLIC_URL', undefined],
  ['GRACEWATCH_RULES', 'rules'],
  ['GRACEWATCH_RETENTION_DAYS', 'retentionDays'],
  ['GRACEWATCH_ACCESS', 'accessGrants'],
  ['GRACEWATCH_CHANNELS', 'channels'],
  ['GRACEWATCH_CLIENT_STATE_KEY', 'clientStateKey'],
  ['GRACEWATCH_PHONE_KEY', 'phoneKey'],
]);

/**
 * What mends a missing or wrong setting; undefined for one that nobody knows.
 * @param loopback whether everything is on this machine, which decides what a right one looks like
 */
export function mendSetting(name: string, { settings, app }: Target, loopback: boolean): string | undefined {
  const example = exampleOf(name, { loopback: loopback && app === undefined });
  if (example === undefined) return undefined;
  const shown = assignments({ ...example, ...identitySettings(name, app) });
  if (shown === '') return 'remove it';
  const isInTheWay = settings[name] !== undefined && !(name in example);
  const set = `${isInTheWay ? 'remove it and set' : 'set it, for example to'} ${shown}`;
  if (app === undefined) return set;
  const byHand = `${set}: az functionapp config appsettings set --name ${app.name} --resource-group ${app.resourceGroup} --settings …`;
  const redeploy = redeployment(name);
  return redeploy === undefined ? byHand : `${redeploy}; by hand: ${byHand}`;
}

/** Undefined for a setting that only somebody's hand sets. The template replaces all settings, so what is in the way goes, too. */
function redeployment(name: string): string | undefined {
  if (name !== storage && !setByTemplate.has(name)) return undefined;
  const parameter = setByTemplate.get(name);
  return `deploy the template again, which sets it${parameter === undefined ? '' : ` from its parameter ${parameter}`}`;
}

const storage = 'AzureWebJobsStorage';

/** A user-assigned identity is used only where it is named. */
function identitySettings(name: string, app: AzureApp | undefined): Environment {
  if (name !== storage || app?.identity === undefined) return {};
  return {
    AzureWebJobsStorage__credential: 'managedidentity',
    AzureWebJobsStorage__clientId: app.identity.clientId,
  };
}

function assignments(settings: Environment): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join(' ');
}
