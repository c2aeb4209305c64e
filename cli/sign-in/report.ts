import type { PlanOutcome } from '../plan/carry-out.ts';
import { planDocument, planText } from '../plan/report.ts';

/** What was done, or would be, and everything that says what comes next. */
export interface SignInReport extends PlanOutcome {
  /** For people: `the app x in resource group y`. */
  label: string;
  hostName: string;
  tenantId: string;
  uniqueName: string;
  /** The deployment parameter `signInTenants`: whose people may sign in, where that is or was more than the own tenant. */
  tenants?: string[];
  /** Where the app was deployed to, where that is known. */
  resourceGroup?: string;
}

export function signInText(report: SignInReport): string {
  const { label, hostName, tenantId } = report;
  return planText(report, {
    heading: `Sign-in for ${label} (https://${hostName}) in tenant ${tenantId}`,
    unfinished: ' Do not deploy with it yet.',
    next: (clientId) => nextLines(report, clientId),
  });
}

/** The commands that tell the deployment of it. */
function nextLines(
  { tenants, results, resourceGroup = 'RESOURCE_GROUP' }: SignInReport,
  clientId: string,
): string[] {
  const list = tenants === undefined ? undefined : JSON.stringify(tenants);
  return [
    '',
    'Next, where the deployment does not know it yet: into your gracewatch.bicepparam (docs/deploy.md) goes',
    `  param signInClientId = '${clientId}'`,
    ...(tenants === undefined
      ? []
      : [`  param signInTenants = [${tenants.map((id) => `'${id}'`).join(', ')}]`]),
    'and then',
    `  az deployment group create --resource-group ${resourceGroup} --parameters gracewatch.bicepparam`,
    'or with azd',
    `  azd env set SIGN_IN_CLIENT_ID ${clientId}`,
    ...(list === undefined ? [] : [`  azd env set SIGN_IN_TENANTS '${list}'`]),
    '  azd provision',
    ...(results.some(({ aspect }) => aspect.name === 'allowed') ? [allowedLine] : []),
    'Where people may not consent for themselves, an administrator signs in first and consents for everybody.',
    ...(tenants === undefined || tenants.length === 1 ? [] : operatorLines(clientId)),
  ];
}

const allowedLine =
  'Whom you named with --allow sees what GRACEWATCH_ACCESS says (param accessGrants), and without an entry there nothing.';

/** Who may sign in from there is decided there: this tenant cannot require it of another. */
function operatorLines(clientId: string): string[] {
  return [
    '',
    'In each of the other tenants an administrator lets it in, and then allows people under Enterprise applications:',
    `  az ad sp create --id ${clientId}`,
    `  az ad sp update --id ${clientId} --set appRoleAssignmentRequired=true`,
    'Without the second one everybody in that tenant can sign in. Whoever administers it gives out the app roles there, and these hold for',
    'all watched tenants: let in only whom you would trust with all. Others are better invited as guests, and named in GRACEWATCH_ACCESS.',
  ];
}

/** The document of `--json`. */
export function signInDocument(report: SignInReport): unknown {
  const { hostName, tenantId, uniqueName, clientId, tenants } = report;
  return {
    hostName,
    tenantId,
    ...planDocument(uniqueName, report),
    parameters: {
      ...(clientId === undefined ? {} : { signInClientId: clientId }),
      ...(tenants === undefined ? {} : { signInTenants: tenants }),
    },
  };
}
