import { z } from 'zod';
import { isLoopback, readJson, type Wrong } from './config-problems.ts';
import { Secret } from './secret.ts';

export interface ChannelSettings {
  id: string;
  kind: 'teams';
  url: Secret;
  match?: { tenant?: string[]; rule?: string[]; severity?: string[]; attribute?: string[] };
  fallback?: string;
  timeZone: string;
  sendResolved: boolean;
}

/** Hosts that Teams workflows are known to live on; everything else could be anybody's (FACTS 10.2). */
const workflowHosts = [
  '.environment.api.powerplatform.com',
  '.api.powerplatform.com',
  '.logic.azure.com',
  '.api.powerautomate.com',
  '.flow.microsoft.com',
];

const listOfText = z.array(z.string()).optional();
const channelsSchema = z.array(
  z.object({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/i, 'must be letters, digits and hyphens'),
    kind: z.enum(['teams', 'webhook', 'mail']),
    url: z.string().optional(),
    match: z
      .strictObject({ tenant: listOfText, rule: listOfText, severity: listOfText, attribute: listOfText })
      .optional(),
    fallback: z.string().optional(),
    quiet: z.unknown().optional(),
    timeZone: z.string().optional(),
    sendResolved: z.boolean().optional(),
  }),
);

/** Only Teams workflows have code in this version; every other kind is named and stops the app. */
export function readChannels(
  value: string | undefined,
  loopbackOnly: boolean,
  wrong: Wrong,
): ChannelSettings[] {
  if (value === undefined) return [];
  const expected =
    'a JSON list of {"id", "kind": "teams", "url", "match"?, "fallback"?, "timeZone"?, "sendResolved"?}';
  const channels = readJson('GRACEWATCH_CHANNELS', value, channelsSchema, expected, wrong) ?? [];
  const ids = channels.map((channel) => channel.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) {
    wrong('GRACEWATCH_CHANNELS', `has two channels with the id ${id}`);
  }
  return channels.flatMap((channel) => {
    const where = `GRACEWATCH_CHANNELS (channel ${channel.id})`;
    if (channel.kind !== 'teams') {
      wrong(where, `kind ${channel.kind} has no code in this version; use teams`);
      return [];
    }
    const reason = channelUrlProblem(channel.url, loopbackOnly);
    if (reason !== undefined) wrong(where, reason);
    if (
      channel.fallback !== undefined &&
      (!ids.includes(channel.fallback) || channel.fallback === channel.id)
    ) {
      wrong(where, 'fallback must name another channel');
    }
    if (channel.timeZone !== undefined && !isTimeZone(channel.timeZone)) {
      wrong(where, 'timeZone must be an IANA name such as Europe/Berlin');
    }
    return [
      {
        id: channel.id,
        kind: channel.kind,
        url: new Secret(channel.url ?? ''),
        ...(channel.match === undefined ? {} : { match: withoutUndefined(channel.match) }),
        ...(channel.fallback === undefined ? {} : { fallback: channel.fallback }),
        timeZone: channel.timeZone ?? 'UTC',
        sendResolved: channel.sendResolved ?? true,
      },
    ];
  });
}

function withoutUndefined(
  match: z.infer<typeof channelsSchema>[number]['match'] & object,
): NonNullable<ChannelSettings['match']> {
  return Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined));
}

function channelUrlProblem(value: string | undefined, loopbackOnly: boolean): string | undefined {
  const url = value === undefined ? null : URL.parse(value);
  if (url === null) return 'url must be the URL of a Teams workflow';
  if (loopbackOnly)
    return isLoopback(url) ? undefined : 'url must be on loopback while GRACEWATCH_CREDENTIAL is none';
  if (url.protocol !== 'https:') return 'url must be https';
  if (url.port !== '' && url.port !== '443') return 'url must use port 443';
  return workflowHosts.some((suffix) => url.hostname.endsWith(suffix))
    ? undefined
    : `url must be on a host of Teams workflows (${workflowHosts.map((host) => `*${host}`).join(', ')}); Office 365 connectors are switched off`;
}

/** The list is there at once; to make a format takes a start ten milliseconds, and only names that stand in no list (`UTC`, old ones) need it. */
function isTimeZone(value: string): boolean {
  if (Intl.supportedValuesOf('timeZone').includes(value)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
