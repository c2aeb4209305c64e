import { z } from 'zod';
import type { Graph } from '../../shared/services/graph.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Line } from './check.ts';
import { unseen } from './unseen.ts';

const productsPath = '/subscribedSkus?$select=capabilityStatus,servicePlans';

export function readProducts(
  graph: Pick<Graph, 'readPage'>,
  tenantId: string,
): Promise<ReadOutcome<unknown[]>> {
  return graph
    .readPage(tenantId, productsPath)
    .then((outcome) => (outcome.kind === 'read' ? { kind: 'read', value: outcome.value.value } : outcome));
}

const productSchema = z.object({
  capabilityStatus: z.string(),
  servicePlans: z.array(z.object({ servicePlanName: z.string(), provisioningStatus: z.string() })),
});

/** In Warning everything still works (FACTS 3.3). */
const working: ReadonlySet<string> = new Set(['Enabled', 'Warning']);

/** Whether the tenant has Entra ID P1 or P2: it decides how long the Entra audit log keeps its records. */
export function judgeEntraPremium(products: ReadOutcome<unknown[]>): Line[] {
  if (products.kind !== 'read') return [unseen('whether the tenant has Entra ID P1', products)];
  const plans = new Set(
    products.value.flatMap((product) => {
      const { data } = productSchema.safeParse(product);
      if (data === undefined || !working.has(data.capabilityStatus)) return [];
      return data.servicePlans
        .filter(({ provisioningStatus }) => provisioningStatus === 'Success')
        .map(({ servicePlanName }) => servicePlanName);
    }),
  );
  const plan = plans.has('AAD_PREMIUM_P2') ? 'P2' : plans.has('AAD_PREMIUM') ? 'P1' : undefined;
  return plan === undefined
    ? [
        {
          status: 'warn',
          means:
            'no Entra ID P1 or P2: the Entra audit log goes back 7 days instead of 30, so what an outage of more than a week misses is lost',
          mend: 'nothing has to be done; one licence of Entra ID P1 or of a product with it makes it 30 days',
        },
      ]
    : [{ status: 'ok', means: `Entra ID ${plan}: the Entra audit log goes back 30 days` }];
}
