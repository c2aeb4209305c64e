import { createHash } from 'node:crypto';

/**
 * What may stand in a key as it is. Tables forbid / \ # ? and control characters and keys over 1,024 characters (FACTS 11.7);
 * everything else that is not plain is kept out too, because proxies and SDKs differ in how they encode it.
 */
const plain = /^[A-Za-z0-9@.:_-]{1,200}$/;

/** Sorts before every character of a part, so rows that belong to a row come directly behind it. */
const separator = '!';
const afterSeparator = '"';

/** Legal whatever `text` is, and different for different texts: what is not plain becomes `~` and its SHA-256. */
function keyPart(text: string): string {
  return plain.test(text) ? text : `~${createHash('sha256').update(text).digest('hex')}`;
}

/** A PartitionKey or RowKey of up to four parts. Keys are not read back: the values stand in the row. */
export function tableKey(...parts: [string, ...string[]]): string {
  return parts.map(keyPart).join(separator);
}

/** The keys that begin with the parts of `key` and have more: from `from` on, before `to`. */
export function keysBelow(key: string): { from: string; to: string } {
  return { from: key + separator, to: key + afterSeparator };
}

export function isBelow(key: string, above: string): boolean {
  return key.startsWith(above + separator);
}
