export interface ProductTable {
  plans: { id: string; name: string; displayName: string }[];
  /** `plans` are places in the list of plans. */
  products: { skuId: string; partNumber: string; name: string; plans: number[] }[];
}
