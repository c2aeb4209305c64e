import { z } from 'zod';
import { productBySkuId, productsByPartNumber } from './products.ts';

/**
 * What Microsoft gives away, by part number: free products, and trials that people start for themselves. Nobody misses them, and they come and
 * go without an administrator. None carries a plan of a family (a test holds that). What is free and yet in use is not among them: the
 * resource accounts of Teams Phone, Communications Credits.
 */
const freeProducts = [
  'CCIBOTS_PRIVPREV_VIRAL',
  'D365_SALES_PRO_IW',
  'DYN365_CUSTOMER_INSIGHTS_VIRAL',
  'DYN365_ENTERPRISE_P1_IW',
  'Dynamics_365_Customer_Service_Enterprise_viral_trial',
  'Dynamics_365_Field_Service_Enterprise_viral_trial',
  'Dynamics_365_Guides_vTrial',
  'Dynamics_365_Sales_Premium_Viral_Trial',
  'FLOW_FREE',
  'FORMS_PRO',
  'Microsoft_Cloud_for_Sustainability_vTrial',
  'POWERAPPS_DEV',
  'POWERAPPS_VIRAL',
  'POWER_BI_STANDARD',
  'POWER_BI_STANDARD_FACULTY',
  'POWER_BI_STANDARD_STUDENT',
  'Power_Pages_vTrial_for_Makers',
  'RIGHTSMANAGEMENT_ADHOC',
  'SMB_APPS',
  'STREAM',
  'WINDOWS_STORE',
] as const;

/** For the settings of a rule that speaks of products: `z.object({ ...productSettings, … })`. */
export const productSettings = {
  /** Products that the rule leaves out, each by its skuId or its part number. */
  ignoredProducts: z.array(z.string()).default([...freeProducts]),
};

/** Whether the settings leave the product out. */
export function isIgnored(skuId: string, ignoredProducts: readonly string[]): boolean {
  return ignoredProducts.length > 0 && idsOf(ignoredProducts).has(skuId.toLowerCase());
}

/** Free and without a family: whoever wants to hear of it hears of it in the digest. */
export function isFree(skuId: string): boolean {
  return isIgnored(skuId, freeProducts);
}

/**
 * The settings (of any rule) that leave out something which is neither a skuId nor a part number of the table, by their place; never the
 * text itself. A skuId need not be known: a product may be newer than the table.
 */
export function unknownIgnored(settings: unknown): string[] {
  const given = z.object({ ignoredProducts: z.array(z.string()) }).safeParse(settings);
  return (given.data?.ignoredProducts ?? []).flatMap((product, index) =>
    skuIdsOf(product).length === 0 ? [`ignoredProducts.${String(index)}`] : [],
  );
}

/** Settings are read once and asked at every fact. */
const idsByList = new WeakMap<readonly string[], ReadonlySet<string>>();

function idsOf(ignoredProducts: readonly string[]): ReadonlySet<string> {
  const known = idsByList.get(ignoredProducts);
  if (known !== undefined) return known;
  const ids = new Set(ignoredProducts.flatMap(skuIdsOf));
  idsByList.set(ignoredProducts, ids);
  return ids;
}

/** Two products are called MCOPSTN5: who leaves out one by that name leaves out both. */
function skuIdsOf(product: string): string[] {
  const text = product.trim();
  if (productBySkuId(text) !== undefined || z.guid().safeParse(text).success) return [text.toLowerCase()];
  return productsByPartNumber(text).map(({ skuId }) => skuId);
}
