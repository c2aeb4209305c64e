import type { RightsByCall } from '../../cli/rights/rights-by-call.ts';
import type { TenantSettings } from '../../shared/config.ts';
import type { ActivityApi } from '../../shared/services/activity-api.ts';
import type { Graph } from '../../shared/services/graph.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';

export const contoso: TenantSettings = {
  id: '11111111-1111-4111-8111-111111111111',
  name: 'Contoso',
  domain: 'contoso.com',
};

export type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;

/** What the services of a tenant answer instead of what was asked for, by a piece of the path. */
type Answers = Partial<
  Record<'/auditLogs/' | 'subscriptions/list' | '/subscribedSkus' | '/admin/reportSettings', Failure>
>;

export interface GivenServices {
  answers?: Answers;
  /** The token for each API, or an error of the authority. By default one that is no JWT, as with credential `none`. */
  tokens?: { graph?: string | Error; activity?: string | Error };
}

const endpoints = { graph: 'https://graph.example', activity: 'https://activity.example' };

/** The services of a tenant that grants everything, but for the answers given. `paths` are those that were asked for. */
export function tenantServices({ answers = {}, tokens = {} }: GivenServices = {}): RightsByCall & {
  paths: string[];
} {
  const paths: string[] = [];
  const reply = <T>(path: string, value: T): Promise<ReadOutcome<T>> => {
    paths.push(path);
    const failure = Object.entries(answers).find(([piece]) => path.includes(piece))?.[1];
    return Promise.resolve(failure ?? { kind: 'read', value });
  };
  const graph: Pick<Graph, 'readPage' | 'readObject'> = {
    readPage: (_tenantId, path) => reply(path, { value: [] }),
    readObject: (_tenantId, path) => reply(path, { displayConcealedNames: false }),
  };
  const activity: Pick<ActivityApi, 'listSubscriptions'> = {
    listSubscriptions: () => reply('subscriptions/list', []),
  };
  return {
    kind: 'own',
    endpoints,
    tokenFor: (tenantId, scope) => {
      const token = scope.startsWith(endpoints.graph) ? tokens.graph : tokens.activity;
      if (token instanceof Error) return Promise.reject(token);
      return Promise.resolve(token ?? `none:${tenantId}`);
    },
    graph,
    activity,
    pause: () => Promise.resolve(),
    paths,
  };
}

/** An access token in form, with the application permissions that it carries. */
export function tokenWith(...roles: string[]): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ aud: 'x', roles })}.very-secret-signature`;
}

/** What the authority answers to a request for a token, in its own words, which quote what was sent. */
export function authorityRefuses(code: string): Error {
  return new Error(`${code}: the assertion very-secret-assertion is not good. Trace ID: 1`);
}
