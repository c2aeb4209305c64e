/** Where an administrator of the tenant grants all that the registration of the application asks for. */
export function consentLink(authority: string, tenantId: string, clientId: string): string {
  const query = new URLSearchParams({ client_id: clientId }).toString();
  return `${authority}/${encodeURIComponent(tenantId)}/adminconsent?${query}`;
}
