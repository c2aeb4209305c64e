import { paragraph } from '../paragraph.ts';
import { plainWords } from '../replay/plain-words.ts';
import type { Failure, Outcome, Result } from './carry-out.ts';
import type { Aspect } from './plan.ts';

/** What was done, or would be, and everything that says what comes next. */
export interface SignInReport {
  /** For people: `the app x in resource group y`. */
  label: string;
  hostName: string;
  tenantId: string;
  uniqueName: string;
  /** Nothing was to be changed. */
  dryRun: boolean;
  results: Result[];
  notes: string[];
  /** Known once the application is there. */
  clientId?: string;
  /** The deployment parameter `signInTenants`: whose people may sign in, where that is or was more than the own tenant. */
  tenants?: string[];
  /** Where the app was deployed to, where that is known. */
  resourceGroup?: string;
}

const words: Readonly<Record<Outcome['kind'], string>> = {
  right: 'right',
  'would-do': 'to do',
  done: 'done',
  'not-reached': 'left',
  failed: 'refused',
};

export function signInText(report: SignInReport): string {
  const { label, hostName, tenantId, results, notes } = report;
  const lines = [
    ...paragraph(`Sign-in for ${label} (https://${hostName}) in tenant ${tenantId}`),
    '',
    ...results.flatMap(({ aspect, outcome }) => {
      const first = `  ${words[outcome.kind].padEnd(8)} `;
      const was =
        aspect.was === undefined ? [] : paragraph(`${wasWord(outcome)}: ${aspect.was}`, blanks(first));
      const why =
        outcome.kind === 'failed' ? paragraph(reasonOf(aspect, outcome.failure), blanks(first)) : [];
      return [...paragraph(aspect.text, first), ...was, ...why];
    }),
    ...notes.flatMap((note) => ['', ...paragraph(`Note: ${note}`)]),
    '',
    ...endLines(report),
  ];
  return `${lines.join('\n')}\n`;
}

function blanks(first: string): string {
  return ' '.repeat(first.length);
}

function wasWord({ kind }: Outcome): string {
  return kind === 'done' ? 'it was' : 'it is';
}

/** Why, and the role without which it cannot be. */
export function failureWords(failure: Failure): string {
  if (failure.kind === 'later') {
    const { afterSeconds } = failure;
    return `${failure.reason}: try again${afterSeconds === undefined ? '' : ` in ${afterSeconds} s`}`;
  }
  if (failure.permission === undefined) return failure.reason;
  return `${failure.reason}: you lack the directory role ${failure.permission} in this tenant, or it is not active`;
}

function reasonOf({ step }: Aspect, failure: Failure): string {
  const reason = failureWords(failure);
  const isUnknown = step?.kind === 'allow' && failure.kind === 'refused' && failure.status === 404;
  return isUnknown ? `no person or group of this tenant has this object id (${reason})` : reason;
}

function endLines(report: SignInReport): string[] {
  const { results, clientId, dryRun } = report;
  const client = clientId === undefined ? [] : [`Client id: ${plainWords(clientId)}`, ''];
  const would = results.filter(({ outcome }) => outcome.kind === 'would-do').length;
  if (results.some(({ outcome }) => outcome.kind === 'failed')) {
    return [
      ...client,
      'Not finished: what was done stays, and the same command goes on from there. Do not deploy with it yet.',
    ];
  }
  if (would > 0)
    return [...client, `Nothing was changed. With --yes: ${would} ${would === 1 ? 'change' : 'changes'}.`];
  return [
    ...client,
    dryRun ? 'Nothing is to be done here.' : 'All is as it should be.',
    ...(clientId === undefined ? [] : nextLines(report, plainWords(clientId))),
  ];
}

/** The commands that tell the deployment of it. */
function nextLines({ tenants, resourceGroup = 'RESOURCE_GROUP' }: SignInReport, clientId: string): string[] {
  const list = tenants === undefined ? undefined : JSON.stringify(tenants);
  const parameter = list === undefined ? '' : ` signInTenants='${list}'`;
  return [
    '',
    'Next, where the deployment does not know it yet: deploy once more, with your parameters and',
    `  az deployment group create --resource-group ${resourceGroup} --template-file infra/main.bicep --parameters infra/main.bicepparam --parameters signInClientId=${clientId}${parameter}`,
    'or with azd',
    `  azd env set SIGN_IN_CLIENT_ID ${clientId}`,
    ...(list === undefined ? [] : [`  azd env set SIGN_IN_TENANTS '${list}'`]),
    '  azd provision',
    'Where people may not consent for themselves, an administrator signs in first and consents for everybody.',
    ...(tenants === undefined || tenants.length === 1 ? [] : operatorLines(clientId)),
  ];
}

/** Who may sign in from there is decided there: this tenant cannot require it of another. */
function operatorLines(clientId: string): string[] {
  return [
    '',
    'In each of the other tenants an administrator lets it in, and then allows people under Enterprise applications:',
    `  az ad sp create --id ${clientId}`,
    `  az ad sp update --id ${clientId} --set appRoleAssignmentRequired=true`,
    'Without the second one everybody in that tenant can sign in.',
  ];
}

/** The document of `--json`. */
export function signInDocument(report: SignInReport): unknown {
  const { hostName, tenantId, uniqueName, dryRun, results, notes, clientId, tenants } = report;
  return {
    hostName,
    tenantId,
    application: { uniqueName, ...(clientId === undefined ? {} : { clientId }) },
    dryRun,
    aspects: results.map(({ aspect, outcome }) => ({
      name: aspect.name,
      text: aspect.text,
      ...(aspect.was === undefined ? {} : { was: aspect.was }),
      outcome: outcome.kind,
      ...(outcome.kind === 'failed' ? { reason: reasonOf(aspect, outcome.failure) } : {}),
    })),
    notes,
    parameters: {
      ...(clientId === undefined ? {} : { signInClientId: clientId }),
      ...(tenants === undefined ? {} : { signInTenants: tenants }),
    },
  };
}
