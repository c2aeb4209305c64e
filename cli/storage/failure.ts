import { NoStorageAnswer } from '../../shared/adapters/storage-answer.ts';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import { asObject } from '../../shared/json/json-value.ts';
import { type Unreachable, whyUnreachable } from '../network/unreachable.ts';

/** Why a call to storage failed, by what the service and the SDKs say of it. */
export type StorageFailure =
  | { kind: 'role-missing' | 'network-rules' | 'keys-off' | 'not-believed' | 'no-identity' | 'not-signed-in' }
  | { kind: 'unreachable'; why: Unreachable }
  /** Something else answered in its place. */
  | { kind: 'no-storage-answer'; reason: string }
  | { kind: 'unreadable-row'; reason: string }
  | { kind: 'unknown'; code: string };

/** @param error what a storage SDK, a credential or `fromRow` threw */
export function storageFailure(error: unknown): StorageFailure {
  if (error instanceof RowUnreadable) return { kind: 'unreadable-row', reason: error.message };
  if (error instanceof NoStorageAnswer) return { kind: 'no-storage-answer', reason: error.message };
  const code = storageCode(error);
  switch (code) {
    case 'AuthorizationPermissionMismatch':
    case 'InsufficientAccountPermissions':
    case 'AuthorizationResourceTypeMismatch':
    case 'AuthorizationServiceMismatch':
    case 'AuthorizationProtocolMismatch':
      return { kind: 'role-missing' };
    case 'AuthorizationFailure':
      return { kind: 'network-rules' };
    case 'KeyBasedAuthenticationNotPermitted':
      return { kind: 'keys-off' };
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
    case 'NoAuthenticationInformation':
      return { kind: 'not-believed' };
    case undefined:
      return withoutCode(error);
    default:
      return { kind: 'unknown', code };
  }
}

/** The service's own code. Blobs and queues give it as `code` too, tables only in the details. */
export function storageCode(error: unknown): string | undefined {
  const details = asObject(asObject(error)?.['details']);
  const code = details?.['errorCode'] ?? details?.['code'];
  return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined;
}

function withoutCode(error: unknown): StorageFailure {
  const name = error instanceof Error ? error.name : '';
  const status = asObject(error)?.['statusCode'];
  if (typeof status === 'number') return { kind: 'unknown', code: String(status) };
  if (name === 'ChainedTokenCredentialUnavailableError' || name === 'AggregateAuthenticationError') {
    return { kind: 'not-signed-in' };
  }
  if (name === 'CredentialUnavailableError' || name === 'AuthenticationError') return { kind: 'no-identity' };
  if (name === 'AbortError' || name === 'TimeoutError') return { kind: 'unreachable', why: 'too-late' };
  return { kind: 'unreachable', why: whyUnreachable(error) };
}
