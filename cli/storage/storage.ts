import { connectStorage, type StorageClients } from '../../shared/adapters/storage.ts';
import type { StorageSettings } from '../../shared/config.ts';
import { ask, type Asked } from '../network/ask.ts';
import { personCredential } from '../person-token.ts';
import type { StorageAccount, StorageService } from './account.ts';

/** The account, and clients that have the rights of its reader. */
export interface Storage extends StorageAccount {
  clients: StorageClients;
  /** What the service says to a stranger, asked once: any answer means that it can be reached. */
  asked: (service: StorageService) => Promise<Asked>;
}

/**
 * @param personOf tenant of the person who looks at an app in Azure; without it the app's own rights are used
 * @throws SettingsError
 */
export function storageOf(settings: StorageSettings, personOf: string | undefined): Storage {
  const asPerson = settings.kind === 'identity' && personOf !== undefined;
  const clients = connectStorage(settings, asPerson ? personCredential(personOf) : undefined);
  const container = clients.container('doctor');
  const urls = {
    blobs: plainUrl(container.url).replace(/\/doctor$/, ''),
    queues: plainUrl(clients.queue('doctor').url).replace(/\/doctor$/, ''),
    tables: plainUrl(clients.table('doctor').url),
  };
  const asked = new Map<StorageService, Promise<Asked>>();
  return {
    name: container.accountName,
    reader: asPerson ? { kind: 'person' } : ownReader(settings),
    urls,
    clients,
    asked(service) {
      const answer = asked.get(service) ?? ask(urls[service]);
      asked.set(service, answer);
      return answer;
    },
  };
}

function ownReader(settings: StorageSettings): StorageAccount['reader'] {
  if (settings.kind === 'connection-string') return { kind: 'key' };
  const { clientId } = settings;
  return { kind: 'identity', ...(clientId === undefined ? {} : { clientId }) };
}

/** A connection string can put a signature into the query. */
function plainUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`.replace(/\/$/, '');
}
