import { consentLink } from '../consent-link.ts';
import { paragraph } from '../paragraph.ts';
import { plainWords } from '../replay/plain-words.ts';
import type { Outcome, Result } from '../sign-in/carry-out.ts';
import { failureWords } from '../sign-in/report.ts';

/** What was done, or would be, and everything that says what comes next. */
export interface ApplicationReport {
  /** `the app x in resource group y`. */
  label: string;
  tenantId: string;
  authority: string;
  uniqueName: string;
  /** Nothing was to be changed. */
  dryRun: boolean;
  results: Result[];
  notes: string[];
  /** Known once the application is there. */
  clientId?: string;
  /** Where it is an app that Azure knows. */
  app?: { name: string; resourceGroup: string };
}

const words: Readonly<Record<Outcome['kind'], string>> = {
  right: 'right',
  'would-do': 'would do',
  done: 'done',
  'not-reached': 'left',
  failed: 'refused',
};

export function applicationText(report: ApplicationReport): string {
  const { label, tenantId, results, notes } = report;
  const lines = [
    ...paragraph(`The application by which ${label} watches other tenants, in tenant ${tenantId}`),
    '',
    ...results.flatMap(resultLines),
    ...notes.flatMap((note) => ['', ...paragraph(`Note: ${note}`)]),
    '',
    ...endLines(report),
  ];
  return `${lines.join('\n')}\n`;
}

function resultLines({ aspect, outcome }: Result): string[] {
  const first = `  ${words[outcome.kind].padEnd(9)} `;
  const blanks = ' '.repeat(first.length);
  const is = outcome.kind === 'done' ? 'it was' : 'it is';
  return [
    ...paragraph(aspect.text, first),
    ...(aspect.was === undefined ? [] : paragraph(`${is}: ${aspect.was}`, blanks)),
    ...(outcome.kind === 'failed' ? paragraph(failureWords(outcome.failure), blanks) : []),
  ];
}

function endLines(report: ApplicationReport): string[] {
  const { results, clientId, dryRun } = report;
  const client = clientId === undefined ? [] : [`Client id: ${plainWords(clientId)}`];
  const would = results.filter(({ outcome }) => outcome.kind === 'would-do').length;
  if (results.some(({ outcome }) => outcome.kind === 'failed')) {
    return [...client, 'Not finished: what was done stays, and the same command goes on from there.'];
  }
  if (would > 0)
    return [...client, `Nothing was changed. With --yes: ${would} ${would === 1 ? 'change' : 'changes'}.`];
  return [
    ...client,
    dryRun ? 'Nothing is to be done here.' : 'All is as it should be.',
    ...(clientId === undefined ? [] : nextLines(report, plainWords(clientId))),
  ];
}

/** How customers let it in, and how the deployment comes to act as it. */
function nextLines({ authority, app }: ApplicationReport, clientId: string): string[] {
  const { name = 'NAME', resourceGroup = 'RESOURCE_GROUP' } = app ?? {};
  return [
    '',
    'An administrator of each tenant consents here, also of your own; his browser then shows the health of this app:',
    `  ${consentLink(authority, 'organizations', clientId)}`,
    '',
    'Next, where the deployment does not know it yet: deploy once more, with your parameters and',
    `  az deployment group create --resource-group ${resourceGroup} --template-file infra/main.bicep --parameters infra/main.bicepparam --parameters multiTenantClientId=${clientId}`,
    'or with azd',
    `  azd env set MULTI_TENANT_CLIENT_ID ${clientId}`,
    '  azd provision',
    ...paragraph(
      'That sets GRACEWATCH_CREDENTIAL=federated, GRACEWATCH_CLIENT_ID to the client id, and GRACEWATCH_TENANTS=table where no tenants are listed. Then, for each tenant:',
    ),
    `  npx gracewatch tenants add DOMAIN --app ${name} --resource-group ${resourceGroup}`,
  ];
}

/** The document of `--json`. */
export function applicationDocument(report: ApplicationReport): unknown {
  const { tenantId, authority, uniqueName, dryRun, results, notes, clientId } = report;
  return {
    tenantId,
    application: { uniqueName, ...(clientId === undefined ? {} : { clientId }) },
    dryRun,
    aspects: results.map(({ aspect, outcome }) => ({
      name: aspect.name,
      text: aspect.text,
      ...(aspect.was === undefined ? {} : { was: aspect.was }),
      outcome: outcome.kind,
      ...(outcome.kind === 'failed' ? { reason: failureWords(outcome.failure) } : {}),
    })),
    notes,
    ...(clientId === undefined
      ? {}
      : {
          consentLink: consentLink(authority, 'organizations', clientId),
          parameters: { multiTenantClientId: clientId },
        }),
  };
}
