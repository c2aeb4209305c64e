import { consentLink } from '../directory/consent-link.ts';
import type { PlanOutcome } from '../plan/carry-out.ts';
import { planDocument, planText } from '../plan/report.ts';
import type { Place } from '../target/place.ts';
import { paragraph } from '../terminal/paragraph.ts';

/** What was done, or would be, and everything that says what comes next. */
export interface ApplicationReport extends PlanOutcome {
  /** The app that is to act as the application. */
  place: Place;
  authority: string;
  uniqueName: string;
}

export function applicationText(report: ApplicationReport): string {
  const { label, tenantId } = report.place;
  return planText(report, {
    heading: `The application by which ${label} watches other tenants, in tenant ${tenantId}`,
    next: (clientId) => nextLines(report, clientId),
  });
}

/** How customers let it in, and how the deployment comes to act as it. */
function nextLines({ authority, place }: ApplicationReport, clientId: string): string[] {
  const { resourceGroup = 'RESOURCE_GROUP' } = place;
  const name = place.resourceGroup === undefined ? 'NAME' : place.name;
  return [
    '',
    'An administrator of each tenant consents here, also of your own; his browser then shows the health of this app:',
    `  ${consentLink(authority, 'organizations', clientId)}`,
    '',
    'Next, where the deployment does not know it yet: into your gracewatch.bicepparam (docs/deploy.md) goes',
    `  param multiTenantClientId = '${clientId}'`,
    'and then',
    `  az deployment group create --resource-group ${resourceGroup} --parameters gracewatch.bicepparam`,
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
  const { place, authority, uniqueName, clientId } = report;
  return {
    tenantId: place.tenantId,
    ...planDocument(uniqueName, report),
    ...(clientId === undefined
      ? {}
      : {
          consentLink: consentLink(authority, 'organizations', clientId),
          parameters: { multiTenantClientId: clientId },
        }),
  };
}
