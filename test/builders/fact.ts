import type { Actor } from '../../shared/ingest/audit-record.ts';
import { productsByPartNumber } from '../../shared/products/products.ts';
import type { Coverage } from '../../shared/coverage/coverage.ts';
import type { AccountFact, Fact, FactOf, Licence, Timeline } from '../../shared/timeline/fact.ts';

export const tenantId = '11111111-1111-4111-8111-111111111111';
export const userId = '22222222-2222-4222-8222-222222222222';
export const userName = 'adele@contoso.com';

export const admin: Actor = {
  kind: 'user',
  id: '33333333-3333-4333-8333-333333333333',
  name: 'admin@contoso.com',
};
export const groupLicensing: Actor = {
  kind: 'group-licensing',
  name: 'Microsoft Azure AD Group-Based Licensing',
};

/** A product of the products table with some of its plans (by technical name) switched off. */
export function licence(partNumber: string, ...disabledPlans: string[]): Licence {
  const [product] = productsByPartNumber(partNumber);
  if (product === undefined) throw new Error(`no product is called ${partNumber}`);
  return {
    skuId: product.skuId,
    partNumber: product.partNumber,
    name: product.name,
    disabledPlans: disabledPlans.map((name) => {
      const plan = product.plans.find((each) => each.name === name);
      if (plan === undefined) throw new Error(`${partNumber} has no plan ${name}`);
      return { id: plan.id, name: plan.displayName };
    }),
  };
}

/** Midnight UTC on the third of February 2026, `hours` later. */
export function at(hours: number): string {
  return new Date(Date.UTC(2026, 1, 3) + hours * 3_600_000).toISOString();
}

interface Common {
  actor?: Actor;
  via?: string;
  records?: string[];
  complete?: boolean;
}

function common(time: string, { actor = admin, records = [`record-${time}`], complete = true, via }: Common) {
  const base = { at: time, logs: ['entra' as const], records, complete, actor };
  return via === undefined ? base : { ...base, via };
}

export function licencesChanged(
  time: string,
  before: Licence[],
  after: Licence[],
  overrides: Common = {},
): FactOf<'licences-changed'> {
  const told = overrides.complete === false ? {} : { before, after };
  return { kind: 'licences-changed', ...common(time, overrides), ...told };
}

export function assignmentFailed(
  time: string,
  sku: Licence | undefined,
  overrides: Common & { reason?: string } = {},
): FactOf<'licence-assignment-failed'> {
  const { reason = 'CountViolation' } = overrides;
  const named = sku === undefined ? {} : { sku: { skuId: sku.skuId, name: sku.name } };
  return { kind: 'licence-assignment-failed', ...common(time, overrides), ...named, reason };
}

export function account(kind: AccountFact['kind'], time: string, overrides: Common = {}): Fact {
  return { kind, ...common(time, { records: [`${kind}-${time}`], ...overrides }) };
}

export function mailboxConverted(
  time: string,
  mailbox: FactOf<'mailbox-converted'>['mailbox'],
  overrides: Common = {},
): FactOf<'mailbox-converted'> {
  return {
    kind: 'mailbox-converted',
    ...common(time, { records: [`mailbox-${time}`], ...overrides }),
    mailbox,
  };
}

export function removedFromGroup(
  time: string,
  group: { id: string; name?: string },
  overrides: Common = {},
): FactOf<'group-membership-changed'> {
  return {
    kind: 'group-membership-changed',
    change: 'removed',
    group,
    user: { id: userId, name: userName },
    ...common(time, { records: [`membership-${time}`], ...overrides }),
  };
}

export function timelineOf(facts: Fact[], overrides: Partial<Timeline> = {}): Timeline {
  const ordered = facts.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
  return {
    tenantId,
    subject: { kind: 'user', id: userId, name: userName },
    facts: ordered,
    groupFacts: [],
    rows: new Set(facts.flatMap(({ records }) => records)).size,
    ...overrides,
  };
}

/** Both logs read for the whole of 2026. */
export const covered: Coverage = {
  windows: (['entra-directory-audits', 'activity-azure-active-directory', 'activity-exchange'] as const).map(
    (source) => ({ source, from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' }),
  ),
  latestArrivalMinutes: 1440,
};
