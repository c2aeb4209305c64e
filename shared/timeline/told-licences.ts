import type { AuditRecord, PropertyChange } from '../ingest/audit-record.ts';
import { readAssignedLicences } from '../ingest/assigned-licence.ts';
import type { GroupReference, Licence } from './fact.ts';
import { licenceDifference, readableLicences, signatureOf } from './licences.ts';

/** What a record tells of licences, if it tells them. */
export type ToldLicences =
  | { kind: 'nothing' }
  /** There are values, and they cannot be read. */
  | { kind: 'unreadable' }
  | {
      kind: 'told';
      before: Licence[];
      after: Licence[];
      /** The one group that had granted all that went, where the record tells it. */
      group?: GroupReference;
      /** The same for the same change in another log or dialect. */
      signature: string;
      /** False where both sets are equal: noise. */
      changes: boolean;
    };

/** `AssignedLicense` says what the user has; `LicenseAssignmentDetail` says it too, and from which group (FACTS 6.3). */
export function toldLicences({ change }: AuditRecord): ToldLicences {
  const assigned = change.find(({ property }) => property === 'AssignedLicense');
  const detail = change.find(({ property }) => property === 'LicenseAssignmentDetail');
  const values = [assigned, detail].filter((value) => value !== undefined).filter(hasValue);
  for (const value of values) {
    const before = readableLicences(value.before);
    const after = readableLicences(value.after);
    if (before === undefined || after === undefined) continue;
    const group = detail === undefined ? undefined : grantingGroup(detail, before, after);
    const [from, to] = [signatureOf(before), signatureOf(after)];
    return {
      kind: 'told',
      before,
      after,
      ...(group === undefined ? {} : { group }),
      signature: `${from} > ${to}`,
      changes: from !== to,
    };
  }
  return { kind: values.length === 0 ? 'nothing' : 'unreadable' };
}

function hasValue({ before, after }: PropertyChange): boolean {
  return (before ?? after ?? undefined) !== undefined;
}

function grantingGroup(
  detail: PropertyChange,
  before: readonly Licence[],
  after: readonly Licence[],
): GroupReference | undefined {
  const { products, plans } = licenceDifference(before, after);
  const lost = new Set([...products, ...plans].map(({ skuId }) => skuId));
  const remaining = new Set(readAssignedLicences(detail.after).map(grantKey));
  const gone = readAssignedLicences(detail.before).filter(
    (grant) => grant.skuId !== undefined && lost.has(grant.skuId) && !remaining.has(grantKey(grant)),
  );
  const groups = new Set(gone.map(({ groupId }) => groupId?.toLowerCase()));
  const [id] = groups;
  return groups.size === 1 && id !== undefined ? { id } : undefined;
}

function grantKey({
  skuId,
  groupId,
  disabledPlans,
}: ReturnType<typeof readAssignedLicences>[number]): string {
  return JSON.stringify([skuId, groupId, disabledPlans.toSorted()]);
}
