import { z } from 'zod';
import { defineRule, type RuleInput } from '../rule.ts';
import type { Detail, Firing, Verdict } from '../verdict.ts';
import { writtenMoment } from '../../time/moments.ts';

const settings = z.object({
  /** So many messages of one queue must be kept before it is told. */
  atLeast: z.number().int().min(1).default(1),
  /** Queues of which nobody is told, by name. */
  exceptQueues: z.array(z.string()).default([]),
});
type Input = RuleInput<z.infer<typeof settings>, 'queue'>;

export const rule = defineRule({
  id: 'operations/poison-message',
  title: 'Messages could not be handled',
  severity: 'high',
  subject: 'queue',
  needs: ['queue'],
  settings,
  runbook: [
    'npx gracewatch poison list says what is kept, and poison show MESSAGE what one carries. Find why it failed: npx gracewatch doctor, and in the log of the function app the last failure of the function that reads the queue, in the hour before insertedAt of the first message.',
    'When the reason is gone: npx gracewatch poison replay --queue QUEUE. What is of no use any more: npx gracewatch poison drop MESSAGE.',
    'The alert closes itself within 10 minutes after nothing is kept any more.',
  ],
  reference:
    'https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-storage-queue-trigger#poison-messages',
  knownGaps: [
    'Messages that fail now and are tried again, for half an hour, are not poison yet: the alarms of the deployment see how long they wait.',
    'What failed while storage failed is put back by Gracewatch itself, up to three times, and is told only where that did not help.',
    'A message that names no watched tenant is told to the first tenant.',
    'Where the queues themselves cannot be written nothing can be told; the log says of each message that it is kept.',
  ],
  evaluate: (input) => [evaluate(input)],
});

function evaluate(input: Input): Verdict {
  const {
    subject,
    views: {
      queue: { value },
    },
    settings: { atLeast, exceptQueues },
  } = input;
  const clear = (reason: string): Verdict => ({ kind: 'clear', reason, qualifiers: {} });
  if (value.kept === 0) return clear('no message is kept that was not replayed');
  if (exceptQueues.includes(subject.id)) return clear('the settings leave this queue out');
  if (value.kept < atLeast) return clear(`fewer messages are kept than ${atLeast}, from which on it is told`);
  return firing(input);
}

function firing({ subject, views: { queue }, now }: Input): Firing {
  const { kept, latest } = queue.value;
  const [newest] = latest;
  const since = queue.value.since ?? newest?.insertedAt ?? now;
  const messages = kept === 1 ? '1 message' : `${kept} messages`;
  const [it, has] = kept === 1 ? ['it', 'has'] : ['them', 'have'];
  return {
    kind: 'firing',
    reason: `${messages} failed as often as they may`,
    qualifiers: {},
    severity: 'high',
    title: `${messages} of the queue ${subject.name} could not be handled`,
    summary: `Gracewatch tried ${it} as often as it may; since ${writtenMoment(since)} ${messages} ${has} been put aside. What ${kept === 1 ? 'it carries' : 'they carry'} is not evaluated until ${kept === 1 ? 'it is' : 'they are'} replayed.`,
    happenedAt: since,
    // Of all that is kept only the newest: it is another one when more has come, and does not grow.
    extent: [queue.value.newest ?? newest?.messageId ?? subject.id],
    moreIsNew: true,
    details: detailsOf(kept, since, latest),
    facts: { queue: subject.id, kept, since, latest },
    evidence: [{ source: 'queue', subject: subject.id, at: queue.readAt }],
    runbook: [
      `Find why ${kept === 1 ? 'it' : 'they'} failed: npx gracewatch poison list --queue ${subject.name}, npx gracewatch doctor, and in the log of the function app the last failure of the function that reads the queue ${subject.name}, in the hour before insertedAt (the first: ${since}).`,
      `When the reason is gone: npx gracewatch poison replay --queue ${subject.name}. What is of no use any more: npx gracewatch poison drop with its id.`,
      'The alert closes itself within 10 minutes after nothing is kept any more.',
    ],
  };
}

function detailsOf(
  kept: number,
  since: string,
  latest: readonly { messageId: string; insertedAt: string }[],
): Detail[] {
  return [
    { label: 'Kept and not replayed', value: kept, weight: 3 },
    { label: 'Since', value: writtenMoment(since), weight: 2 },
    ...(latest.length === 0
      ? []
      : [{ label: 'Latest', value: latest.map(({ messageId }) => messageId), weight: 1 }]),
  ];
}
