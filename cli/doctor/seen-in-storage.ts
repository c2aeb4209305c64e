import type { StorageService } from '../storage/account.ts';
import { storageFailure } from '../storage/failure.ts';
import type { Storage } from '../storage/storage.ts';
import { storageTrouble } from '../storage/trouble.ts';
import type { Line } from './check.ts';

/**
 * What was found in storage. Where storage cannot be looked into, its own lines say why and what mends it: here that is no second
 * failure, only something that was not seen.
 */
export async function seenInStorage(
  service: StorageService,
  storage: Storage,
  look: () => Promise<Line[]>,
): Promise<Line[]> {
  const asked = await storage.asked(service);
  if (asked.kind === 'unreachable') return [notSeen(service)];
  try {
    return await look();
  } catch (error) {
    const failure = storageFailure(error);
    const told = failure.kind !== 'unknown' && failure.kind !== 'unreadable-row';
    return [told ? notSeen(service) : storageTrouble(failure, service, storage)];
  }
}

function notSeen(service: StorageService): Line {
  return {
    status: 'warn',
    means: `not seen: the ${service} of the storage account cannot be read (see Storage)`,
  };
}
