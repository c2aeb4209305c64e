import { z } from 'zod';
import { defineRule, type RuleInput } from '../rule.ts';
import type { Detail, Firing, Verdict } from '../verdict.ts';
import { minutesAfter, writtenMoment } from '../../time/moments.ts';

const settings = z.object({
  /** For so long a channel that refuses is waited for; what it refused has gone to its fallback all the same. */
  graceMinutes: z.number().min(0).default(0),
});
type Input = RuleInput<z.infer<typeof settings>, 'channel'>;

export const rule = defineRule({
  id: 'operations/delivery-failing',
  title: 'Delivery failing',
  severity: 'high',
  subject: 'channel',
  needs: ['channel'],
  settings,
  runbook: [
    'Open the workflow of the channel in Teams (Workflows app): is it on, does its owner still exist, and what does its run history say at the time of the refusal?',
    'If the workflow is gone, make a new one and put its URL as url of the channel into GRACEWATCH_CHANNELS; a new URL is used at once. A repaired one is tried again within 60 minutes, with the next notice; npx gracewatch doctor --send posts a test card now.',
  ],
  reference: 'https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook',
  knownGaps: [
    'A workflow answers before it posts: a card that it takes and then cannot post is not seen.',
    'A channel to which nothing is sent is not tried: that it fails shows with the next notice.',
  ],
  evaluate: (input) => [evaluate(input)],
});

function evaluate(input: Input): Verdict {
  const {
    views: {
      channel: { value, readAt },
    },
    settings: { graceMinutes },
    now,
  } = input;
  if (value.takesPosts) return { kind: 'clear', reason: 'the channel takes posts', qualifiers: {} };
  const since = value.since ?? readAt;
  const told = minutesAfter(since, graceMinutes);
  if (now < told) {
    return {
      kind: 'clear',
      reason: 'the channel refuses posts, and is waited for',
      qualifiers: {},
      lookAgainAt: told,
    };
  }
  return firing(input, since);
}

function firing({ subject, views: { channel } }: Input, since: string): Firing {
  const { reason } = channel.value;
  const why = reason ?? 'it did not say why';
  return {
    kind: 'firing',
    reason: why,
    qualifiers: {},
    severity: 'high',
    title: `The channel ${subject.name} does not take notices`,
    summary: `A notice was refused: ${why}. It goes to the fallback of the channel; where there is none it stands only in the list of alerts.`,
    happenedAt: since,
    // The channel alone, however many notices it refuses: a failure that goes on is told once.
    extent: [subject.id],
    details: detailsOf(subject.name, since, reason),
    facts: { channel: subject.id, since, ...(reason === undefined ? {} : { reason }) },
    evidence: [{ source: 'channel', subject: subject.id, at: channel.readAt }],
    runbook: [
      `Open the workflow of the channel ${subject.name} in Teams (Workflows app): is it on, does its owner still exist, and what does its run history say at ${since}?`,
      `If the workflow is gone, make a new one and put its URL as url of ${subject.id} into GRACEWATCH_CHANNELS; a new URL is used at once. A repaired one is tried again within 60 minutes, with the next notice; npx gracewatch doctor --send posts a test card now.`,
    ],
  };
}

function detailsOf(channel: string, since: string, reason: string | undefined): Detail[] {
  return [
    { label: 'Channel', value: channel, weight: 3 },
    ...(reason === undefined ? [] : [{ label: 'Answer', value: reason, weight: 2 }]),
    { label: 'Since', value: writtenMoment(since), weight: 1 },
  ];
}
