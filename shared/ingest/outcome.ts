import type { AuditRecord } from './audit-record.ts';
import { asText } from '../json/json-value.ts';

const outcomes = new Map<string, AuditRecord['outcome']>([
  ['success', 'success'],
  ['succeeded', 'success'],
  ['true', 'success'],
  ['failure', 'failure'],
  ['failed', 'failure'],
  ['false', 'failure'],
]);

/** Both logs' words for it (FACTS 6.5.13). Only the field that says so decides, never the wording of a reason (FACTS 6.4). */
export function readOutcome(value: unknown): AuditRecord['outcome'] {
  return outcomes.get(asText(value)?.toLowerCase() ?? '') ?? 'unknown';
}
