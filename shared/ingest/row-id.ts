import { createHash } from 'node:crypto';
import { decoded } from '../json/json-value.ts';

/**
 * The id of a row whose column of ids was left out of a query, made of what tells it: so a row that two exports hold is one, and stays
 * itself from day to day. It is none of the provider's: the same record with its own id in another export is another one.
 */
export function idOfRow(parts: readonly unknown[]): string {
  const content = parts.map((part) => (part === '' || part === undefined ? null : decoded(part)));
  return `row-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32)}`;
}
