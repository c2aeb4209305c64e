/** What can be otherwise in a tenant than in one that is set up well. */
export interface TenantConditions {
  /** Whether its administrator has let the watching application in; he can take that back. */
  consent: boolean;
  /** Whether it has Entra ID P1, which decides how long the audit log is kept (FACTS 6.1). */
  premium: boolean;
  /** Whether usage reports show codes in place of names. */
  concealedNames: boolean;
}

export interface Conditions {
  /** Those of one tenant, to be changed in place. */
  of(tenantId: string): TenantConditions;
}

export function createConditions(): Conditions {
  const known = new Map<string, TenantConditions>();
  return {
    of(tenantId) {
      const conditions = known.get(tenantId) ?? { consent: true, premium: true, concealedNames: false };
      known.set(tenantId, conditions);
      return conditions;
    },
  };
}
