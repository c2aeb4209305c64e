import type { KeptMessage, PoisonMessage } from '../../shared/queues/poison-store.ts';
import { isUnreadableRecord } from '../../shared/queues/unreadable.ts';
import { counted, groupedDigits } from '../../shared/text/numbers.ts';
import { groupedBy } from '../../shared/text/order.ts';
import { writtenMoment } from '../../shared/time/moments.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { plainName, plainWords } from '../terminal/plain-words.ts';
import { type Carried, carriedBy, mostShown } from './carried.ts';

/** Of each queue so many are listed for people; programs get all. */
const mostListed = 50;

export function listText(kept: readonly KeptMessage[], label: string, targetArguments: string): string {
  if (kept.length === 0)
    return `Nothing is kept in ${label}: every message could be handled, or was put back.\n`;
  const lines = [...groupedBy(kept, ({ queue }) => queue)].flatMap(([queue, messages]) => [
    ...paragraph(
      `${plainName(queue)}: ${counted(messages.length, isUnreadableRecord({ queue }) ? 'record that could not be read' : 'message', isUnreadableRecord({ queue }) ? 'records that could not be read' : 'messages')}`,
    ),
    ...messages.slice(0, mostListed).map((message) => `  ${lineOf(message)}`),
    ...(messages.length > mostListed
      ? [`  and ${groupedDigits(messages.length - mostListed)} more: --json lists all`]
      : []),
    '',
  ]);
  const hasMessages = kept.some((message) => !isUnreadableRecord(message));
  return `${[
    ...lines,
    ...(hasMessages
      ? [
          'When the reason is gone, this puts all messages back, and the alert closes itself:',
          `  npx gracewatch poison replay${targetArguments}`,
        ]
      : [
          'A newer version may read them:',
          `  npx gracewatch poison replay --queue ${plainName(kept[0]?.queue ?? '')}${targetArguments}`,
        ]),
  ].join('\n')}\n`;
}

export function lineOf(message: KeptMessage): string {
  const { messageId, keptAt, tenantId, kind, items, bytes } = message;
  const carries =
    kind === undefined
      ? isUnreadableRecord(message)
        ? undefined
        : 'no envelope'
      : `${kind}${items === undefined ? '' : ` (${groupedDigits(items)})`}`;
  return [
    plainName(messageId),
    writtenMoment(keptAt),
    carries === undefined ? undefined : plainWords(carries, 60),
    tenantId === undefined ? 'names no tenant' : `tenant ${plainName(tenantId)}`,
    bytes === undefined ? undefined : counted(bytes, 'byte'),
    reasonOf(message),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** As far as it is known: the host moves a message as it was, and does not say why it failed. */
function reasonOf(message: Omit<KeptMessage, 'keptAt'>): string {
  const { queue, storageFailed, replays = 0 } = message;
  if (isUnreadableRecord({ queue })) return 'could not be read';
  const before = replays === 0 ? '' : `; put back by itself ${counted(replays, 'time')} before`;
  return storageFailed === true
    ? `failed while storage failed, is put back by itself${before}`
    : `failed as often as it may${before}`;
}

export interface ShownMessage extends KeptMessage {
  reason: string;
  carries: Carried;
}

export function shownMessage(kept: KeptMessage, message: PoisonMessage): ShownMessage {
  return {
    ...kept,
    bytes: Buffer.byteLength(message.body),
    reason: reasonOf(kept),
    carries: carriedBy(message),
  };
}

export function showText(shown: ShownMessage): string {
  const { queue, messageId, insertedAt, keptAt, tenantId, bytes, reason, carries, items = 0 } = shown;
  const lines: [string, string][] = [
    ['message', plainName(messageId)],
    ['queue', plainName(queue)],
    ['tenant', tenantId === undefined ? 'it names none' : plainName(tenantId)],
    ['failed', writtenMoment(insertedAt)],
    ['kept since', writtenMoment(keptAt)],
    ['why', reason],
    ['size', counted(bytes ?? 0, 'byte')],
    ['envelope', envelopeWords(carries)],
  ];
  const carried = carries.envelope ? carries.items : [];
  return `${[
    ...lines.map(([name, value]) => `${name.padEnd(12)}${plainWords(value)}`),
    ...carried.map(
      (item) =>
        `  ${
          plainWords(
            Object.entries(item)
              .map(([name, value]) => `${name} ${value}`)
              .join(', '),
          ) || 'nothing that may be shown'
        }`,
    ),
    ...(items > mostShown ? [`  and ${groupedDigits(items - mostShown)} more`] : []),
  ].join('\n')}\n`;
}

function envelopeWords(carries: Carried): string {
  if (!carries.envelope) return 'none that this version can read';
  const { kind, v, replayed } = carries;
  return `${kind}, version ${v}${replayed ? ', was put back before' : ''}; of what it carries only ids are shown`;
}
