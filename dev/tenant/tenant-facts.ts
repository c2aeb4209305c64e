import { type Answer, type Call, json } from './answer.ts';
import type { TenantDescription } from './audit-logs.ts';
import { type EntityKind, list } from './directory/query-options.ts';
import { mobilityE3, office365E3, office365E5, type Product, visioPlan2 } from './story/products.ts';

const organizations: EntityKind = { type: 'organization', context: 'organization', filters: [] };
const skus: EntityKind = { type: 'subscribedSku', context: 'subscribedSkus', filters: [] };

export function organization(call: Call, tenant: TenantDescription, at: number): Answer {
  const domain = { capabilities: 'Email, OfficeCommunicationsOnline', type: 'Managed' };
  const entity = {
    id: tenant.id,
    displayName: tenant.name,
    verifiedDomains: [{ ...domain, name: tenant.domain, isDefault: true, isInitial: false }],
  };
  return list(call, organizations, [entity], at);
}

/** Only the product with Entra ID P1 among its plans makes a tenant a premium one. */
export function subscribedSkus(call: Call, tenant: TenantDescription, premium: boolean, at: number): Answer {
  const products = [office365E3, office365E5, visioPlan2, ...(premium ? [mobilityE3] : [])];
  const entities = products.map((product) => subscribedSku(tenant, product));
  return list(call, skus, entities, at);
}

/** FACTS 3.1. */
function subscribedSku(tenant: TenantDescription, { skuId, partNumber, plans }: Product) {
  return {
    accountId: tenant.id,
    accountName: tenant.name,
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: 14,
    id: `${tenant.id}_${skuId}`,
    prepaidUnits: { enabled: 25, suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: plans.map(({ id, name }) => ({
      servicePlanId: id,
      servicePlanName: name,
      provisioningStatus: 'Success',
      appliesTo: 'User',
    })),
    skuId,
    skuPartNumber: partNumber,
    subscriptionIds: [],
  };
}

export function reportSettings(call: Call, displayConcealedNames: boolean): Answer {
  return json(200, {
    '@odata.context': `${call.origin}/v1.0/$metadata#admin/reportSettings/$entity`,
    displayConcealedNames,
  });
}
