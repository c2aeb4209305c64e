import { z } from 'zod';
import { isLoopback } from '../../shared/config-problems.ts';
import { type Answered, ask, type Asked } from '../network/ask.ts';
import { hostOf, type Unreachable, unreachableWords } from '../network/unreachable.ts';
import type { Line } from './check.ts';

/** Where the app is in Azure: named in what mends. */
export interface AppInAzure {
  name: string;
  resourceGroup: string;
}

const healthSchema = z.object({
  status: z.string().optional(),
  version: z.string().regex(/^[\w.+-]{1,40}$/),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), since: z.string().optional() })).default([]),
});

export function askHealth(url: string): Promise<Asked> {
  return ask(`${url}/api/health`);
}

/** Whether the app answers to strangers who ask how it is, as its alarms and this command do. */
export function judgeHealth(url: string, asked: Asked, app?: AppInAzure): Line {
  const host = hostOf(url);
  const subject = `GET ${url}/api/health`;
  if (asked.kind === 'unreachable') return { subject, ...unreachable(url, asked.why, app) };
  const health = readHealth(asked);
  if (health !== undefined) {
    const failing = health.checks.filter(({ ok }) => !ok);
    if (failing.length === 0 && asked.status === 200 && (health.status ?? 'ok') === 'ok')
      return { subject, status: 'ok', means: 'the app answers, and calls itself healthy' };
    return {
      subject,
      status: 'fail',
      means: `the app answers, and calls itself failing${failingWords(failing)}`,
      mend: 'Queues and Collection below say more',
    };
  }
  if (wantsSignIn(asked)) {
    return {
      subject,
      status: 'fail',
      means: `the app's sign-in covers /api/health (it answered ${asked.status}): what watches the app from outside is shut out`,
      mend: excludePaths(app),
    };
  }
  switch (asked.status) {
    case 403:
      return {
        subject,
        status: 'fail',
        means: `${host} answered 403: the app is stopped, or its access restrictions or its sign-in keep this machine out`,
        mend:
          app === undefined
            ? 'start it, or let this address in'
            : `az functionapp start --name ${app.name} --resource-group ${app.resourceGroup}; az functionapp config access-restriction show --name ${app.name} --resource-group ${app.resourceGroup}`,
      };
    case 404:
      return {
        subject,
        status: 'fail',
        means: `${host} answers, but has no Gracewatch: the code is not deployed, or it did not start because a setting is wrong`,
        mend: `the lines of Settings say what is wrong; where all is right, deploy the package (docs/deploy.md)${logOf(app)}`,
      };
    default:
      return {
        subject,
        status: 'fail',
        means: `${host} answered ${asked.status} and not as Gracewatch does: it is starting, or it ended with an error`,
        mend: `try again in a minute${logOf(app)}`,
      };
  }
}

function failingWords(failing: readonly { name: string; since?: string | undefined }[]): string {
  if (failing.length === 0) return ', without saying what';
  const named = failing.map(({ name, since }) => (since === undefined ? name : `${name} since ${since}`));
  return `: ${named.join(', ')}`;
}

/** The app's version, and what it says is wrong; undefined where the answer is not Gracewatch's. */
export function readHealth(asked: Asked): z.infer<typeof healthSchema> | undefined {
  if (asked.kind === 'unreachable' || (asked.status !== 200 && asked.status !== 503)) return undefined;
  try {
    return healthSchema.safeParse(JSON.parse(asked.body)).data;
  } catch {
    return undefined;
  }
}

export function askAlerts(url: string): Promise<Asked> {
  return ask(`${url}/api/alerts?top=1`);
}

/** Whether alerts, which name people, are shut to whoever has not signed in. */
export function judgeSignIn(asked: Asked, openOnPurpose: boolean, app?: AppInAzure): Line[] {
  const subject = 'GET /api/alerts';
  if (asked.kind === 'unreachable') {
    return [
      {
        subject,
        status: 'warn',
        means: 'could not be seen whether it asks for sign-in: it gave no answer',
        mend: 'the line of /api/health comes first; then run it again',
      },
    ];
  }
  if (wantsSignIn(asked) || asked.status === 403) {
    return [{ subject, status: 'ok', means: `asks for sign-in (${asked.status})` }];
  }
  if (asked.status === 200 && isPageOfAlerts(asked)) {
    return openOnPurpose
      ? [{ subject, status: 'ok', means: 'open, because with credential none everything is on this machine' }]
      : [
          {
            subject,
            status: 'fail',
            means:
              'open to everybody: it answered without sign-in, and alerts name people and what they lack',
            mend: `npx gracewatch sign-in sets sign-in up${app === undefined ? '' : `; until then: az functionapp stop --name ${app.name} --resource-group ${app.resourceGroup}`}`,
          },
        ];
  }
  return [
    {
      subject,
      status: 'warn',
      means: `answered ${asked.status}${asked.status === 200 ? " with something that is not Gracewatch's" : ''}: whether it asks for sign-in cannot be told`,
      mend: 'the line of /api/health comes first',
    },
  ];
}

const pageSchema = z.object({ value: z.array(z.unknown()) });

/** Not a page of somebody else's, such as a network's own. */
function isPageOfAlerts({ body }: Answered): boolean {
  try {
    return pageSchema.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}

/** The platform's sign-in answers 401, or leads to a login page (FACTS 11.6). */
export function wantsSignIn({ status, headers }: Answered): boolean {
  if (status === 401) return true;
  if (status < 300 || status > 399) return false;
  return /\/\.auth\/login|login\.(?:microsoftonline|windows|partner\.microsoftonline)\b|oauth2/i.test(
    headers.get('location') ?? '',
  );
}

export function excludePaths(app: AppInAzure | undefined): string {
  const how =
    'deploy the template again: its sign-in leaves out the webhook routes and health (excludedPaths)';
  return app === undefined
    ? how
    : `${how}; az webapp auth show --name ${app.name} --resource-group ${app.resourceGroup} shows what is left out`;
}

function unreachable(url: string, why: Unreachable, app: AppInAzure | undefined): Omit<Line, 'subject'> {
  const parsed = URL.parse(url);
  if (parsed !== null && isLoopback(parsed)) {
    return {
      status: 'warn',
      means: `${unreachableWords(hostOf(url), why)}; Gracewatch does not run here now`,
      mend: 'npm start, or npm run host',
    };
  }
  return {
    status: 'fail',
    means: `${unreachableWords(hostOf(url), why)}; Graph cannot reach it either, and links on cards lead nowhere`,
    mend:
      app === undefined
        ? 'before the deployment that is so: deploy (docs/deploy.md); after it, is GRACEWATCH_PUBLIC_URL the address of the app?'
        : `az functionapp show --name ${app.name} --resource-group ${app.resourceGroup} --query "{state:state, host:defaultHostName}"`,
  };
}

function logOf(app: AppInAzure | undefined): string {
  return app === undefined ? '' : `; the log: portal.azure.com > ${app.name} > Log stream`;
}
