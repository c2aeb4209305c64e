import { createHash } from 'node:crypto';
import type { Qualifiers } from '../rules/verdict.ts';

/**
 * The id of an alert: the same for the same tenant, rule, subject and qualifiers, whatever the names and counts are (law 4).
 * 64 hex digits, so it is a legal table key. Written as JSON before hashing, so that no two different inputs run together.
 */
export function fingerprintOf(
  tenantId: string,
  rule: string,
  subjectId: string,
  qualifiers: Qualifiers,
): string {
  const sorted = Object.entries(qualifiers).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([tenantId, rule, subjectId, sorted]))
    .digest('hex');
}
