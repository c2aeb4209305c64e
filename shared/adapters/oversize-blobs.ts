import type { ContainerClient } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import { oversizeSchema } from '../envelope.ts';
import type { OversizeReference } from '../envelope.ts';
import type { OversizeItems } from '../ports.ts';
import { createdWhenMissing, deadline, statusOf } from './storage.ts';

export interface OversizeBlobs extends OversizeItems {
  /** Stores the item and returns what travels in its place. The same item is the same blob. */
  put(item: unknown): Promise<OversizeReference>;
}

/** Items too large for a message, each in a blob named by the hash of its content. */
export function createOversizeBlobs(container: ContainerClient): OversizeBlobs {
  const fetchItem = async (name: string): Promise<unknown> => {
    try {
      const content = await container
        .getBlobClient(name)
        .downloadToBuffer(0, undefined, { abortSignal: deadline() });
      return JSON.parse(content.toString('utf8'));
    } catch (error) {
      const why = statusOf(error) === 404 ? 'is not there' : 'could not be read';
      throw new Error(`the item in blob ${name} ${why}`, { cause: error });
    }
  };

  return {
    async put(item) {
      const content = Buffer.from(JSON.stringify(item));
      const name = createHash('sha256').update(content).digest('hex');
      await createdWhenMissing(
        () => container.createIfNotExists({ abortSignal: deadline() }),
        () => container.getBlockBlobClient(name).uploadData(content, { abortSignal: deadline() }),
      );
      return { oversizeBlob: name };
    },

    async resolve(items) {
      const resolved: unknown[] = [];
      for (const item of items) {
        const reference = oversizeSchema.safeParse(item);
        resolved.push(reference.success ? await fetchItem(reference.data.oversizeBlob) : item);
      }
      return resolved;
    },
  };
}
