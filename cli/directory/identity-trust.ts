import { exchangeAudience } from '../../shared/adapters/exchange-audience.ts';
import type { NewFederatedCredential } from './directory.ts';

/**
 * What an application must trust so that a managed identity of its own tenant stands in for its secret. Entra takes a wrong value
 * silently and refuses at sign-in, so each is compared letter by letter with what is there (FACTS 11.11).
 * @param authority such as `https://login.microsoftonline.com`, with or without a slash
 * @param principalId object id of the identity
 */
export function trustInIdentity(
  name: string,
  authority: string,
  tenantId: string,
  principalId: string,
): NewFederatedCredential {
  return {
    name,
    issuer: `${new URL(authority).origin}/${tenantId}/v2.0`,
    subject: principalId,
    audiences: [exchangeAudience(authority)],
  };
}

/** Whether both trust the same; the name is only a name. */
export function isSameTrust(one: NewFederatedCredential, other: NewFederatedCredential): boolean {
  return (
    one.issuer === other.issuer &&
    one.subject === other.subject &&
    one.audiences.length === other.audiences.length &&
    other.audiences.every((audience) => one.audiences.includes(audience))
  );
}
