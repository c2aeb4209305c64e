import type { AuditRecord } from '../ingest/audit-record.ts';
import { factBase, firstTold } from './fact-base.ts';
import type { GroupLicencesChanged, LicenceAssignmentFailed, LicencesChanged } from './fact.ts';
import type { NamedProduct } from './named-products.ts';
import type { JoinedRecord } from './sequences.ts';
import type { UserAliases } from './subjects.ts';
import { triedProducts } from './tried-products.ts';
import { joinTwins } from './twins.ts';
import type { LicenceAttempt } from './twins.ts';

type LicenceFact = LicencesChanged | GroupLicencesChanged | LicenceAssignmentFailed;

/** Changes of the licences of users and groups, and failed assignments. */
export function licenceFacts(records: readonly JoinedRecord[], aliases: UserAliases): LicenceFact[] {
  return joinTwins(records, aliases).flatMap((attempts) => [
    ...attempts.flatMap((attempt) => (attempt.failed ? [] : changeOf(attempt))),
    ...failuresOf(attempts.filter(({ failed, of }) => failed && of === 'user')),
  ]);
}

function changeOf(attempt: LicenceAttempt): LicenceFact[] {
  const { told } = attempt;
  if (told?.changes === false) return [];
  const base = factBase(recordsOf(attempt), told !== undefined);
  const sets = told === undefined ? {} : { before: told.before, after: told.after };
  if (attempt.of === 'user') {
    return [
      {
        kind: 'licences-changed',
        ...base,
        ...sets,
        ...(told?.group === undefined ? {} : { group: told.group }),
      },
    ];
  }
  const group = groupReference(recordsOf(attempt));
  return group === undefined ? [] : [{ kind: 'group-licences-changed', ...base, group, ...sets }];
}

/** One for each product; what names no product belongs to those that are named beside it, or is one without. */
function failuresOf(attempts: readonly LicenceAttempt[]): LicenceAssignmentFailed[] {
  const tried = attempts.filter(isAssignment).flatMap((attempt) => {
    const products = triedProducts(attempt);
    return products === undefined ? [] : [{ attempt, products }];
  });
  const named = new Map<string, { product: NamedProduct; attempts: LicenceAttempt[] }>();
  for (const { attempt, products } of tried) {
    for (const product of products) {
      const known = named.get(product.skuId);
      if (known === undefined) named.set(product.skuId, { product, attempts: [attempt] });
      else known.attempts.push(attempt);
    }
  }
  const unnamed = tried.filter(({ products }) => products.length === 0).map(({ attempt }) => attempt);
  if (named.size === 0) return unnamed.length === 0 ? [] : [failure(unnamed, undefined)];
  return [...named.values()].map(({ product, attempts: ofProduct }) =>
    failure([...ofProduct, ...unnamed], product),
  );
}

/** A user who could not be created has no licence that failed. */
function isAssignment({ members }: LicenceAttempt): boolean {
  return members.some(({ record }) => record.activity.toLowerCase() !== 'add user');
}

function failure(
  attempts: readonly LicenceAttempt[],
  sku: NamedProduct | undefined,
): LicenceAssignmentFailed {
  const records = attempts.flatMap(recordsOf);
  const reason = firstTold(records, (record) => record.reason);
  const complete = attempts.every(
    ({ told, members }) => told !== undefined || members.every(({ whole }) => whole),
  );
  return {
    kind: 'licence-assignment-failed',
    ...factBase(records, complete),
    ...(sku === undefined ? {} : { sku }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function recordsOf({ members }: LicenceAttempt): AuditRecord[] {
  return members.flatMap(({ parts }) => parts);
}

function groupReference(records: readonly AuditRecord[]): { id: string; name?: string } | undefined {
  const id = firstTold(records, ({ target }) => target.group?.id?.toLowerCase());
  const name = firstTold(records, ({ target }) => target.group?.name);
  return id === undefined ? undefined : { id, ...(name === undefined ? {} : { name }) };
}
