import names from '../../shared/names.json' with { type: 'json' };
import { HostCannotStart } from './host-cannot-start.ts';
import type { Settings } from './host-settings.ts';
import { openQueues, reachStorage } from './storage.ts';

/**
 * Creates the queues that the functions listen to, as the template does for an app in Azure: the host creates none (FACTS 11.13).
 * Where the storage setting is missing or wrong nothing is done: the app itself names it, with all others that are wrong.
 * @throws HostCannotStart where storage does not answer
 */
export async function createQueues(settings: Settings): Promise<void> {
  const service = openedQueues(settings);
  if (service === undefined) {
    return;
  }
  await reachStorage(service.url, () =>
    Promise.all(Object.values(names.queues).map((name) => service.getQueueClient(name).createIfNotExists())),
  );
}

function openedQueues(settings: Settings) {
  try {
    return openQueues(settings, undefined);
  } catch (error) {
    if (error instanceof HostCannotStart) {
      return undefined;
    }
    throw error;
  }
}
