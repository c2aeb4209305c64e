import type { Finding } from '../evaluate/finding.ts';
import { fingerprintOf } from '../evaluate/fingerprint.ts';
import type { Firing, SubjectKind } from '../evaluate/rule.ts';

const rule = 'operations/delivery-failing';
const severity = 'high';

/** The channel that an alert says is failing; undefined for every other alert. */
export function failingChannelOf(alert: {
  rule: string;
  subject?: { kind: SubjectKind; id: string };
}): string | undefined {
  return alert.rule === rule ? alert.subject?.id : undefined;
}

/**
 * One alert a tenant and channel, however many notices the channel refuses: its extent is the channel alone, so a failure that
 * goes on is told once.
 *
 * @param reason as the sender told it: names the channel and the status, never the URL
 */
export function deliveryFailing(tenantId: string, channel: string, reason: string, now: string): Finding {
  const firing: Firing = {
    kind: 'firing',
    reason,
    qualifiers: {},
    severity,
    title: `The channel ${channel} does not take notices`,
    summary: `A notice was refused: ${reason}. It goes to the fallback of the channel; where there is none it stands only in the list of alerts.`,
    happenedAt: now,
    extent: [channel],
    facts: { channel, reason },
    evidence: [],
    runbook: [
      `Open the workflow of the channel ${channel} in Teams (Workflows app): is it on, does its owner still exist, and what does its run history say at ${now}?`,
      `If the workflow is gone, make a new one and put its URL as \`url\` of ${channel} into GRACEWATCH_CHANNELS; a new URL is used at once. A repaired one is tried again within the hour, with the next notice.`,
    ],
  };
  return { ...findingOf(tenantId, channel, now), state: 'firing', reason, openedAt: now, firing };
}

/** A post has arrived in the channel again. */
export function deliveryWorks(tenantId: string, channel: string, now: string): Finding {
  const reason = 'the channel has taken a post again';
  return { ...findingOf(tenantId, channel, now), state: 'clear', reason, resolvedAt: now };
}

/** `basis` is the time: of two findings about a channel the later one counts, in whatever order they come. */
function findingOf(
  tenantId: string,
  channel: string,
  now: string,
): Omit<Finding, 'state' | 'reason' | 'firing'> {
  return {
    fingerprint: fingerprintOf(tenantId, rule, channel, {}),
    tenantId,
    rule,
    subject: { kind: 'collector', id: channel, name: channel },
    qualifiers: {},
    episode: 1,
    severity,
    basis: Date.parse(now),
  };
}
