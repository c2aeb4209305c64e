import type { ActivityApi } from '../../shared/services/activity-api.ts';
import type { Graph, GraphPage } from '../../shared/services/graph.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';

export interface RawAudit {
  id: string;
  activityDateTime: string;
}

/** A raw directory audit that every collector must pass on: the bare marker of a licence change. */
export function licenceAudit(
  id: string,
  at: string,
  userId = '0b0e4f14-0000-4000-8000-000000000001',
): RawAudit {
  return {
    id,
    activityDateTime: at,
    ...{
      activityDisplayName: 'Change user license',
      category: 'UserManagement',
      correlationId: `c-${id}`,
      result: 'success',
      loggedByService: 'Core Directory',
      initiatedBy: { user: { id: 'a', userPrincipalName: 'admin@contoso.com' } },
      targetResources: [
        { type: 'User', id: userId, userPrincipalName: 'adele@contoso.com', modifiedProperties: [] },
      ],
      additionalDetails: [],
    },
  };
}

type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;

export interface SimulatedGraph extends Graph {
  audits: RawAudit[];
  pageSize: number;
  refusesFilters: boolean;
  /** Answers instead of the next reads, in order; undefined lets one through. */
  failures: (Failure | undefined)[];
  /** Answers every read while it is there. */
  away?: Failure;
  /** What happens while a read is under way. */
  whileRead?: () => Promise<void>;
  paths: string[];
}

/** Answers from a list of audits, newest first, in pages, as Graph does. */
export function simulatedGraph(audits: RawAudit[], pageSize = 2): SimulatedGraph {
  const answerOf = (path: string): Promise<ReadOutcome<GraphPage>> => {
    const failure = graph.failures.shift() ?? graph.away;
    if (failure !== undefined) return Promise.resolve(failure);
    const query = new URL(path, 'http://graph.invalid').searchParams;
    const filter = query.get('$filter');
    if (filter !== null && graph.refusesFilters) {
      return Promise.resolve({ kind: 'refused', reason: 'Graph answered 400', status: 400 });
    }
    const [, from = '', to = '~'] = /ge (\S+) and activityDateTime le (\S+)/.exec(filter ?? '') ?? [];
    const listed = graph.audits
      .filter((audit) => audit.activityDateTime >= from && audit.activityDateTime <= to)
      .sort((a, b) => (a.activityDateTime < b.activityDateTime ? 1 : -1));
    const start = Number(query.get('$skiptoken') ?? 0);
    const end = start + graph.pageSize;
    query.set('$skiptoken', String(end));
    const next = `/auditLogs/directoryAudits?${query.toString()}`;
    return Promise.resolve({
      kind: 'read',
      value: { value: listed.slice(start, end), ...(end < listed.length ? { next } : {}) },
    });
  };
  const graph: SimulatedGraph = {
    audits,
    pageSize,
    refusesFilters: false,
    failures: [],
    paths: [],
    async readPage(_tenantId, path) {
      graph.paths.push(path);
      const page = await answerOf(path);
      await graph.whileRead?.();
      return page;
    },
    readObject() {
      throw new Error('a collector reads lists');
    },
    readObjects() {
      throw new Error('a collector reads lists');
    },
  };
  return graph;
}

interface SimulatedBlob {
  created: string;
  records: unknown[];
  /** Answered instead: `later` once, where not `always`. */
  failure?: Failure;
  always?: true;
}

export interface SimulatedActivity extends ActivityApi {
  started: boolean;
  /** What is answered while it is not. */
  offCode: string;
  /** Content from before is not given out. */
  givenFrom: string;
  /** Answers a start instead. */
  startFails?: Failure;
  starts: number;
  /** Blobs in order of arrival. */
  blobs: SimulatedBlob[];
  /** The places of the blobs that were read, whatever was answered. */
  reads: number[];
  windows: { from: string; to: string }[];
}

export function simulatedActivity(now: () => string): SimulatedActivity {
  const activity: SimulatedActivity = {
    started: true,
    offCode: 'AF20022',
    givenFrom: '',
    starts: 0,
    blobs: [],
    windows: [],
    reads: [],
    listSubscriptions() {
      throw new Error('a collector starts what it reads');
    },
    start() {
      activity.starts += 1;
      if (activity.startFails !== undefined) return Promise.resolve(activity.startFails);
      if (!activity.started) activity.givenFrom = now();
      activity.started = true;
      return Promise.resolve({ kind: 'read', value: undefined });
    },
    stop() {
      activity.started = false;
      return Promise.resolve({ kind: 'read', value: undefined });
    },
    listContent(_tenantId, _contentType, window, page) {
      if (!activity.started) {
        return Promise.resolve({
          kind: 'refused',
          reason: `the Activity API answered ${activity.offCode}`,
          status: 400,
          code: activity.offCode,
        });
      }
      if (page === undefined) activity.windows.push(window);
      const start = Number(page ?? 0);
      const listed = activity.blobs
        .map((blob, index) => ({
          contentUri: String(index),
          contentId: String(index),
          contentCreated: blob.created,
        }))
        .filter(({ contentCreated }) => contentCreated >= window.from && contentCreated < window.to)
        .filter(({ contentCreated }) => contentCreated >= activity.givenFrom);
      const content = listed.slice(start, start + 2);
      const next = start + 2 < listed.length ? { next: String(start + 2) } : {};
      return Promise.resolve({ kind: 'read', value: { content, ...next } });
    },
    readContent(_tenantId, contentUri) {
      activity.reads.push(Number(contentUri));
      const blob = activity.blobs[Number(contentUri)];
      if (blob?.failure !== undefined) {
        const { failure } = blob;
        if (failure.kind === 'later' && blob.always !== true) delete blob.failure;
        return Promise.resolve(failure);
      }
      return Promise.resolve({ kind: 'read', value: blob?.records ?? [] });
    },
  };
  return activity;
}
