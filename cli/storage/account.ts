export type StorageService = 'blobs' | 'queues' | 'tables';
export const storageServices: readonly StorageService[] = ['blobs', 'queues', 'tables'];

/** With whose rights storage is looked at. */
export type StorageReader =
  | { kind: 'key' }
  /** The app's own identity, on a machine that has it. */
  | { kind: 'identity'; clientId?: string }
  /** Whoever runs the command, at the storage of an app in Azure. */
  | { kind: 'person' };

/** What is known of the account without asking it. */
export interface StorageAccount {
  name: string;
  reader: StorageReader;
  /** Without a signature. */
  urls: Readonly<Record<StorageService, string>>;
  /** Resource id, where the Azure CLI told it. */
  id?: string;
}
