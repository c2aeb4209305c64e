import { type Answer, type Call, empty, json, tenantOfToken } from './answer.ts';
import {
  type AuditLogs,
  type Content,
  type ContentType,
  contentTypes,
  type TenantLogs,
} from './audit-logs.ts';
import type { Conditions } from './conditions.ts';
import type { ContentSubscriptions } from './content-subscriptions.ts';
import type { Directories } from './directory/directory.ts';
import { granted } from './directory/watching-identity.ts';
import { limitRequests } from './request-limit.ts';

const day = 24 * 60 * 60 * 1000;

/** Content can be fetched for seven days (FACTS 7.3). */
const contentLife = 7 * day;

export interface ActivityApiParts {
  logs: AuditLogs;
  subscriptions: ContentSubscriptions;
  directories: Directories;
  conditions: Conditions;
  now: () => number;
  /** How many blobs a page of the list holds. */
  pageSize: number;
}

const pathPattern =
  /^\/api\/v1\.0\/([^/]+)\/activity\/feed\/(subscriptions\/(?:start|stop|list|content)|audit\/[^/]+)$/;

/** The Office 365 Management Activity API: subscriptions, lists of content, blobs. */
export function createActivityApi(parts: ActivityApiParts): (call: Call) => Answer {
  const { logs, subscriptions, directories, conditions, now, pageSize } = parts;
  // FACTS 7.3: a baseline of 2,000 requests a minute and tenant.
  const limit = limitRequests(2000, 60, now);

  const start = (tenantId: string, type: ContentType): Answer => {
    if (subscriptions.state(tenantId, type) === 'enabled') {
      return refuse('AF20024', 'The subscription is already enabled. No property change.');
    }
    subscriptions.set(tenantId, type, 'enabled');
    return json(200, { contentType: type, status: 'enabled', webhook: null });
  };

  const stop = (tenantId: string, type: ContentType): Answer => {
    if (subscriptions.state(tenantId, type) !== 'enabled') return notSubscribed();
    subscriptions.set(tenantId, type, 'disabled');
    return empty(200);
  };

  const listContent = (call: Call, tenant: TenantLogs, type: ContentType): Answer => {
    const from = subscriptions.enabledFrom(tenant.tenant.id, type);
    if (from === undefined) return notSubscribed();
    const window = readWindow(call.query, now());
    if (!('from' in window)) return window;
    const token = call.query.get('nextPage');
    const start = token === null ? 0 : Number(token);
    if (!Number.isInteger(start) || start < 0) {
      return refuse('AF20031', `Invalid nextPage Input: ${token ?? ''}.`);
    }
    const found = tenant.content
      .filter((content) => content.type === type && content.created <= now())
      .filter(({ created }) => created >= from && created > now() - contentLife)
      .filter(({ created }) => created >= window.from && created < window.to)
      .sort((one, other) => one.created - other.created || one.order - other.order);
    const page = found.slice(start, start + pageSize);
    const more = found.length > start + page.length;
    return json(
      200,
      page.map((content) => describe(call, tenant, content)),
      more ? { NextPageUri: nextPage(call, window, start + page.length) } : {},
    );
  };

  const readContent = (tenant: TenantLogs, id: string): Answer => {
    const content = tenant.content.find((candidate) => candidate.id === id);
    if (content === undefined || content.created > now()) {
      return refuse('AF20050', `The specified content (${id}) does not exist.`);
    }
    if (content.created <= now() - contentLife) {
      return refuse('AF20051', `Content requested with the key ${id} has already expired.`);
    }
    return json(200, content.records);
  };

  return (call) => {
    const [, tenantInPath = '', operation = ''] = call.path.match(pathPattern) ?? [];
    if (operation === '')
      return json(404, { Message: 'No HTTP resource was found that matches the request URI.' });
    const token = tenantOfToken(call.authorization);
    if (token === undefined) return denied();
    const tenantId = tenantInPath.toLowerCase();
    if (tenantId !== token) {
      return refuse(
        'AF20010',
        `The tenant ID passed in the URL (${tenantId}) does not match the tenant ID passed in the access token (${token}).`,
      );
    }
    const tenant = logs.of(tenantId);
    if (tenant === undefined) {
      return refuse(
        'AF20011',
        `Specified tenant ID (${tenantId}) does not exist in the system or has been deleted.`,
      );
    }
    // In life no token is issued for such a tenant; a token that the service does not believe is the nearest to it.
    if (!conditions.of(tenantId).consent) return denied();
    if (!granted(directories.of(tenant.tenant)).includes('ActivityFeed.Read')) {
      // The status is not in FACTS 7.4; people report "Unauthorized".
      return activityError(
        401,
        'AF10001',
        'The permission set () sent in the request does not include the expected permission.',
      );
    }
    if (limit(tenantId) !== undefined) return activityError(429, 'AF429', 'Too many requests.');
    if (call.method !== (/\/st(?:art|op)$/.test(operation) ? 'POST' : 'GET')) {
      return json(405, { Message: 'The requested resource does not support this HTTP method.' });
    }
    if (operation === 'subscriptions/list') return json(200, subscriptions.list(tenantId));
    if (operation.startsWith('audit/'))
      return readContent(tenant, operation.slice('audit/'.length).replaceAll('%24', '$'));

    const requested = call.query.get('contentType');
    if (requested === null) return refuse('AF20001', 'Missing parameter: contentType.');
    const type = contentTypes.find((known) => known.toLowerCase() === requested.toLowerCase());
    if (type === undefined) return refuse('AF20020', 'The specified content type is not valid.');
    if (operation === 'subscriptions/start') return start(tenantId, type);
    if (operation === 'subscriptions/stop') return stop(tenantId, type);
    return listContent(call, tenant, type);
  };
}

/** The Activity API's error body. */
export function activityError(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message } });
}

/** No source gives the statuses of the AF2 codes but 400 for AF20024 (FACTS 7.2, 7.4): 400 for all, so the code must be read. */
function refuse(code: string, message: string): Answer {
  return activityError(400, code, message);
}

function denied(): Answer {
  return json(401, { Message: 'Authorization has been denied for this request.' });
}

function notSubscribed(): Answer {
  return refuse('AF20022', 'No subscription found for the specified content type.');
}

interface Window {
  from: number;
  to: number;
}

/** The only forms that the reference gives, all UTC (FACTS 7.3). */
const timePattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$/;

/** Both ends or neither; at most 24 hours; from at most seven days ago. */
function readWindow(query: URLSearchParams, now: number): Window | Answer {
  const start = query.get('startTime');
  const end = query.get('endTime');
  if (start === null && end === null) {
    // In whole seconds, because the link to the next page must be able to name the same window.
    const to = Math.floor(now / 1000) * 1000;
    return { from: to - day, to };
  }
  for (const time of [start, end]) {
    if (time !== null && !timePattern.test(time)) {
      return refuse('AF20002', 'Invalid parameter type: startTime or endTime. Expected type: datetime.');
    }
  }
  const from = readTime(start);
  const to = readTime(end);
  const allowed = from < to && to - from <= day && from >= now - contentLife;
  if (allowed) return { from, to };
  return refuse(
    'AF20030',
    'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.',
  );
}

/** NaN where there is none, which fails every comparison. */
function readTime(time: string | null): number {
  if (time === null) return Number.NaN;
  return Date.parse(time.includes('T') ? `${time}Z` : `${time}T00:00Z`);
}

function describe(call: Call, { tenant }: TenantLogs, content: Content): unknown {
  return {
    contentUri: `${call.origin}/api/v1.0/${tenant.id}/activity/feed/audit/${content.id}`,
    contentId: content.id,
    contentType: content.type,
    contentCreated: new Date(content.created).toISOString(),
    contentExpiration: new Date(content.created + contentLife).toISOString(),
  };
}

function nextPage(call: Call, { from, to }: Window, position: number): string {
  const query = new URLSearchParams(call.query);
  // A list without times means "the last 24 hours"; its next page must mean the same ones.
  query.set('startTime', new Date(from).toISOString().slice(0, 19));
  query.set('endTime', new Date(to).toISOString().slice(0, 19));
  query.set('nextPage', String(position));
  return `${call.origin}${call.path}?${query.toString()}`;
}
