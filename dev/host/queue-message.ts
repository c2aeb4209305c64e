import { isUtf8 } from 'node:buffer';
import type { RpcTypedData } from './rpc.ts';

/** What a queue hands over with a message; a call by hand has no more than a count of 0 (FACTS 11.13). */
export interface MessageProperties {
  messageId?: string;
  popReceipt?: string;
  dequeueCount: number;
  insertedOn?: Date;
  expiresOn?: Date;
  nextVisibleOn?: Date;
}

export type DecodedMessage = { kind: 'text'; text: string } | { kind: 'not-base64' } | { kind: 'not-utf8' };

/** Buffer takes anything for base64 and drops what it cannot read; the host of Azure refuses it. */
export function decodeMessage(messageText: string, encoding: 'base64' | 'none'): DecodedMessage {
  if (encoding === 'none') {
    return { kind: 'text', text: messageText };
  }
  const compact = messageText.replace(/[\s]/g, '');
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)
    ? textOf(Buffer.from(compact, 'base64'))
    : { kind: 'not-base64' };
}

function textOf(bytes: Buffer): DecodedMessage {
  return isUtf8(bytes) ? { kind: 'text', text: bytes.toString('utf8') } : { kind: 'not-utf8' };
}

/** The library parses the text where it is JSON and hands it over as it is where it is not. */
export function messageInput(text: string): RpcTypedData {
  return { string: text };
}

/**
 * `context.triggerMetadata` before the library puts its names into camel case. The top-level properties of a JSON message come last
 * and overwrite what has the same name (FACTS 11.13; azure-functions-host, ApplyBindingData).
 */
export function messageMetadata(text: string, message: MessageProperties): Record<string, RpcTypedData> {
  const metadata: Record<string, RpcTypedData> = {
    QueueTrigger: { string: text },
    DequeueCount: { int: message.dequeueCount },
  };
  const optional: Record<string, RpcTypedData | undefined> = {
    Id: stringData(message.messageId),
    PopReceipt: stringData(message.popReceipt),
    InsertionTime: dateData(message.insertedOn),
    ExpirationTime: dateData(message.expiresOn),
    NextVisibleTime: dateData(message.nextVisibleOn),
  };
  for (const [name, data] of Object.entries(optional)) {
    if (data !== undefined) {
      metadata[name] = data;
    }
  }
  for (const [property, value] of Object.entries(parseObject(text))) {
    const data = rewrittenProperty(value);
    if (data !== undefined) {
      const sameName = Object.keys(metadata).find((name) => name.toLowerCase() === property.toLowerCase());
      metadata[sameName ?? property] = data;
    }
  }
  return metadata;
}

function stringData(text: string | undefined): RpcTypedData | undefined {
  return text === undefined ? undefined : { string: text };
}

function dateData(date: Date | undefined): RpcTypedData | undefined {
  return date === undefined ? undefined : { json: JSON.stringify(date.toISOString()) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** As .NET turns JSON into text: `True`, `02/03/2026 10:00:00`; null and arrays are left out. */
function rewrittenProperty(value: unknown): RpcTypedData | undefined {
  if (value === null || Array.isArray(value)) {
    return undefined;
  }
  if (typeof value === 'boolean') {
    return { string: value ? 'True' : 'False' };
  }
  if (typeof value === 'string') {
    return { string: rewrittenDate(value) ?? value };
  }
  return typeof value === 'number' ? { string: String(value) } : { json: JSON.stringify(value) };
}

function rewrittenDate(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  // A time without a zone is shown as it stands, any other in UTC, the zone of a host in Azure.
  const date = new Date(`${match?.[1] ?? ''}${match?.[2] ?? 'Z'}`);
  if (match === null || Number.isNaN(date.getTime())) {
    return undefined;
  }
  const iso = date.toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}

/** A message that was tried to the end before, by a host that died over it, goes to poison untried. */
export function isSpent(dequeueCount: number, maxDequeueCount: number, hasPoisonQueue: boolean): boolean {
  return hasPoisonQueue && dequeueCount > maxDequeueCount;
}

export type MessageFate = 'delete' | 'retry' | 'poison' | 'leave';

/**
 * What becomes of a message after its function ended. `leave`: a queue without a poison queue keeps a failed message hidden until
 * its time is over (FACTS 11.13).
 */
export function fateOfMessage(
  outcome: 'succeeded' | 'failed' | 'not-base64',
  dequeueCount: number,
  maxDequeueCount: number,
  hasPoisonQueue: boolean,
): MessageFate {
  switch (outcome) {
    case 'succeeded':
      return 'delete';
    case 'failed':
      if (!hasPoisonQueue) {
        return 'leave';
      }
      return dequeueCount >= maxDequeueCount ? 'poison' : 'retry';
    // At its first reading, whatever maxDequeueCount says (FACTS 11.13).
    case 'not-base64':
      return hasPoisonQueue ? 'poison' : 'leave';
  }
}

/** No poison of poison, and none whose name the service would refuse (FACTS 11.3). */
export function poisonQueueName(queueName: string): string | undefined {
  const name = `${queueName}-poison`;
  return queueName.endsWith('-poison') || name.length > 63 ? undefined : name;
}
