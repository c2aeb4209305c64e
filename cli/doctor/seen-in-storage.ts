import type { StorageService } from '../storage/account.ts';
import { type StorageFailure, storageFailure } from '../storage/failure.ts';
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
  return seenOr(service, storage, look, (failure) =>
    failure.kind === 'unknown' || failure.kind === 'unreadable-row'
      ? storageTrouble(failure, service, storage)
      : notSeen(service),
  );
}

/** As `seenInStorage` for what is a failure by itself where it cannot be read: the rest of storage may be well all the same. */
export async function seenForItself(
  service: StorageService,
  storage: Storage,
  look: () => Promise<Line[]>,
): Promise<Line[]> {
  return seenOr(service, storage, look, (failure) => storageTrouble(failure, service, storage));
}

async function seenOr(
  service: StorageService,
  storage: Storage,
  look: () => Promise<Line[]>,
  otherwise: (failure: StorageFailure) => Line,
): Promise<Line[]> {
  const asked = await storage.asked(service);
  if (asked.kind === 'unreachable') return [notSeen(service)];
  try {
    return await look();
  } catch (error) {
    return [otherwise(storageFailure(error))];
  }
}

function notSeen(service: StorageService): Line {
  return {
    status: 'warn',
    means: `not seen: the ${service} of the storage account cannot be read (see Storage)`,
  };
}
