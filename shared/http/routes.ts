import type { AlertsPorts } from '../answer/alerts.ts';
import { showCoverage } from '../answer/coverage.ts';
import { type HealthPorts, showHealth } from '../answer/health.ts';
import { type HistoryPorts, showHistory } from '../answer/history.ts';
import type { Config, TenantSettings } from '../config.ts';
import type { Log } from '../ports.ts';
import { type Access, accessOf, openAccess } from './access.ts';
import { alertsRoute } from './alerts-route.ts';
import { readPrincipal } from './principal.ts';
import type { HttpRequest } from './request.ts';
import { type HttpResponse, json, problem } from './response.ts';
import { isFromElsewhere, isJson } from './same-site.ts';

export interface HttpSettings extends Pick<Config, 'credential' | 'signInEnabled' | 'access' | 'publicUrl'> {
  version: string;
  latestArrivalMinutes: number;
}

export type HttpPorts = AlertsPorts & HistoryPorts & HealthPorts;

/** Who asks, and what he may see. */
interface Asker {
  access: Access;
  /** Those of the watched tenants that he may read. */
  tenants: () => Promise<TenantSettings[]>;
}

/** What each HTTP function answers. Health and webhooks are open; all else answers only to who is signed in and may. */
export function httpRoutes(settings: HttpSettings, ports: HttpPorts) {
  const { watched } = ports;

  /** @param answer may throw: then storage could not be read */
  const signedIn =
    (answer: (request: HttpRequest, asker: Asker) => HttpResponse | Promise<HttpResponse>) =>
    async (request: HttpRequest, log: Log): Promise<HttpResponse> => {
      const asked = whoAsks(settings, request);
      if (asked.kind === 'nobody') return problem(401, 'Sign in', asked.reason);
      const { access } = asked;
      const refused = refusal(request, access, settings.publicUrl);
      if (refused !== undefined) return refused;
      const tenants = async () => (await watched()).filter(({ id }) => access.mayRead(id));
      try {
        return await answer(request, { access, tenants });
      } catch (error) {
        // The host would answer 500 with an empty body (FACTS 11.13).
        const reason = error instanceof Error ? error.name : 'unknown';
        log.error('the question could not be answered', { reason });
        return problem(500, 'Not answered', 'storage could not be read; the log of the app says more');
      }
    };

  return {
    alerts: signedIn(async (request, { access, tenants }) =>
      alertsRoute(request, access, await tenants(), ports),
    ),

    history: signedIn(async ({ params: { tenantId = '', user = '' } }, { tenants }) => {
      const found = await showHistory(tenantId, user, await tenants(), settings.latestArrivalMinutes, ports);
      switch (found.kind) {
        case 'history':
          return json(found.history);
        case 'unknown-tenant':
          return problem(404, 'Unknown tenant', 'this tenant is not watched, or you may not read it');
        case 'unknown-user':
          return problem(
            404,
            'Unknown user',
            'no record that was read names this user; is it an object id or a UPN?',
          );
      }
    }),

    coverage: signedIn(async (_, { tenants }) =>
      json({ value: await showCoverage(await tenants(), ports.coverage) }),
    ),

    health: async (): Promise<HttpResponse> => {
      const health = await showHealth(settings.version, ports);
      return json(health, health.status === 'ok' ? 200 : 503);
    },

    dashboard: signedIn(() => problem(501, 'Not there yet', 'the dashboard is not part of this version')),

    webhook: (): HttpResponse => problem(501, 'Not there yet', 'webhooks are not part of this version'),
  };
}

/**
 * Where sign-in is on, everybody is asked who he is, whatever the credential: so it can be tried on one machine. Where it is off, anybody
 * can send the header, so nobody is believed (FACTS 11.6); only with credential `none`, when everything is on loopback, is nobody asked.
 */
function whoAsks(
  { credential, signInEnabled, access }: HttpSettings,
  { headers }: HttpRequest,
): { kind: 'somebody'; access: Access } | { kind: 'nobody'; reason: string } {
  if (signInEnabled) {
    const read = readPrincipal(headers.get('x-ms-client-principal'));
    return read.kind === 'nobody' ? read : { kind: 'somebody', access: accessOf(read.principal, access) };
  }
  return credential.kind === 'none'
    ? { kind: 'somebody', access: openAccess }
    : {
        kind: 'nobody',
        reason:
          'sign-in is off (WEBSITE_AUTH_ENABLED), so nobody is believed: gracewatch sign-in makes it, and the deployment switches it on',
      };
}

/** Why he is not even heard: before a body or a tenant is read, so that it tells nothing of either. */
function refusal(
  request: HttpRequest,
  access: Access,
  publicUrl: string | undefined,
): HttpResponse | undefined {
  const isCommand = request.method !== 'GET';
  if (isCommand && isFromElsewhere(request, publicUrl)) {
    return problem(
      403,
      'Not from here',
      'a page of another address sent this (Origin, Sec-Fetch-Site); our own stands in GRACEWATCH_PUBLIC_URL',
    );
  }
  if (isCommand && !isJson(request)) {
    return problem(415, 'Unsupported media type', 'post with Content-Type: application/json');
  }
  if (!access.readsAny) return noAccess(access, 'may read nothing here', 'reader or operator');
  if (isCommand && !access.actsAny) return noAccess(access, 'may read and not act', 'operator');
  return undefined;
}

function noAccess({ by, groupsLeftOut }: Access, what: string, roles: string): HttpResponse {
  const groups = groupsLeftOut
    ? '; your groups are too many for the sign-in to list, so none of them counts: name the person, or give an app role'
    : '';
  return problem(
    403,
    'Not allowed',
    `you are signed in as ${by?.id ?? 'nobody'} and ${what}: whoever runs Gracewatch names this object id in GRACEWATCH_ACCESS, or gives it the app role ${roles} with gracewatch sign-in${groups}`,
  );
}
