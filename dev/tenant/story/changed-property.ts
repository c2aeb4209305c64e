import { contoso, stableId } from './contoso.ts';
import type { Holding } from './products.ts';

/** A changed property in plain values, before a dialect writes it. */
export interface ChangedProperty {
  name: string;
  before: unknown;
  after: unknown;
}

/** The three properties that tell of licences (FACTS 6.3). */
export function licenceProperties(
  before: readonly Holding[],
  after: readonly Holding[],
  at: number,
): ChangedProperty[] {
  return [
    ...assignedLicenceOnly(before, after),
    { name: 'AssignedPlan', before: assignedPlans(before, at), after: assignedPlans(after, at) },
    {
      name: 'LicenseAssignmentDetail',
      before: before.map(assignmentDetail),
      after: after.map(assignmentDetail),
    },
  ];
}

/** Only AssignedLicense: what a small record carries. */
export function assignedLicenceOnly(
  before: readonly Holding[],
  after: readonly Holding[],
): ChangedProperty[] {
  return [
    { name: 'AssignedLicense', before: before.map(assignedLicence), after: after.map(assignedLicence) },
  ];
}

/** The pseudo-property that names the others (FACTS 6.2). */
export function includedProperties(properties: readonly ChangedProperty[]): ChangedProperty {
  return {
    name: 'Included Updated Properties',
    before: null,
    after: properties.map(({ name }) => name).join(', '),
  };
}

/** A text that looks like a list and is none; the last value is a list without quotes (FACTS 6.3). */
function assignedLicence({ product, disabledPlans = [] }: Holding): string {
  const values = [
    `SkuName=${product.partNumber}`,
    `AccountId=${contoso.id}`,
    `SkuId=${product.skuId}`,
    `DisabledPlans=[${disabledPlans.join(', ')}]`,
  ];
  return `[${values.join(', ')}]`;
}

function assignedPlans(holdings: readonly Holding[], at: number): unknown[] {
  return holdings.flatMap(({ product }) =>
    product.plans.map(({ id, service }) => ({
      SubscribedPlanId: stableId(`subscribed/${product.skuId}/${id}`),
      ServiceInstance: `${service}/eurp189-004-01`,
      CapabilityStatus: 0,
      AssignedTimestamp: new Date(at).toISOString(),
      InitialState: null,
      Capability: null,
      ServicePlanId: id,
    })),
  );
}

/** FACTS 6.3: objects with SkuId, DisabledPlans and the granting group; no public record shows the name of the last. */
function assignmentDetail({ product, disabledPlans = [], groupId }: Holding): unknown {
  return {
    SkuId: product.skuId,
    DisabledPlans: disabledPlans,
    ...(groupId === undefined ? {} : { AssignedByGroup: groupId }),
  };
}
