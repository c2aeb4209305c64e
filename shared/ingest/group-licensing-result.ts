import type { PropertyChange } from './audit-record.ts';
import { textOfProperty } from './property-change.ts';

/**
 * The counters in the English sentence of "Finish applying group based license to users" (FACTS 5.3):
 * `[Users successfully assigned licenses: 6, Users for whom license assignment failed: 0.];`
 */
export function readGroupLicensingResult(
  change: readonly PropertyChange[],
): { succeeded: number; failed: number } | undefined {
  const sentence = textOfProperty(change, 'Result') ?? '';
  const succeeded = /assigned licenses:\s{0,9}(\d{1,9})/i.exec(sentence)?.[1];
  const failed = /failed:\s{0,9}(\d{1,9})/i.exec(sentence)?.[1];
  return succeeded === undefined || failed === undefined
    ? undefined
    : { succeeded: Number(succeeded), failed: Number(failed) };
}
