import type { ChannelSettings } from '../config.ts';
import type { Severity } from '../rules/verdict.ts';
import type { SubjectKind } from '../state/subject.ts';

export interface Routed {
  tenantId: string;
  /** With its folder: `licence/licence-lost`. */
  rule: string;
  severity: Severity;
  subject?: { kind: SubjectKind; id: string };
}

/** The channel that an alert is about; undefined for every other alert. */
export function channelSpokenOf({ subject }: Pick<Routed, 'subject'>): string | undefined {
  return subject?.kind === 'channel' ? subject.id : undefined;
}

/**
 * The channels that are told about an alert: all that match it, and where none does the first one, so that nothing is dropped.
 * Empty only where no channel is set up.
 *
 * What is wrong with a channel is told in its fallback, else in the others, and never in the channel itself: the notice could not
 * arrive, and would be the next one to be refused.
 */
export function channelsFor(alert: Routed, channels: readonly ChannelSettings[]): ChannelSettings[] {
  const failing = channelSpokenOf(alert);
  const others = channels.filter(({ id }) => id !== failing);
  if (failing !== undefined) {
    const fallback = channels.find(({ id }) => id === failing)?.fallback;
    const named = others.filter(({ id }) => id === fallback);
    if (named.length > 0) return named;
  }
  const matching = others.filter((channel) => matches(alert, channel.match));
  return matching.length > 0 ? matching : others.slice(0, 1);
}

function matches({ tenantId, rule, severity }: Routed, match: ChannelSettings['match']): boolean {
  if (match === undefined) return true;
  // An alert has no attributes yet: a channel that asks for one is not sent what it did not ask for.
  if (match.attribute !== undefined) return false;
  const ruleWithoutFolder = rule.slice(rule.lastIndexOf('/') + 1);
  return (
    lists(match.tenant, (tenant) => tenant.toLowerCase() === tenantId.toLowerCase()) &&
    lists(match.rule, (name) => name === rule || name === ruleWithoutFolder) &&
    lists(match.severity, (name) => name === severity)
  );
}

function lists(values: readonly string[] | undefined, wanted: (value: string) => boolean): boolean {
  return values === undefined || values.some(wanted);
}
