import type { ChannelState, NoticeStore, WaitingNotice } from '../../shared/ports.ts';
import { createVersionedValues } from './memory-versions.ts';

/** Waiting notices and channel states in memory. They keep the contract of the table (test/contract/notice-store.test.ts). */
export function createMemoryNoticeStore(): NoticeStore {
  const waiting = new Map<string, WaitingNotice>();
  const channels = createVersionedValues<ChannelState>();
  const keyOf = (channel: string, key: string): string => JSON.stringify([channel, key]);

  return {
    putWaiting(notice) {
      const key = keyOf(notice.channel, notice.key);
      if (!waiting.has(key)) waiting.set(key, structuredClone(notice));
      return Promise.resolve();
    },
    async *listWaiting(channel) {
      yield* await Promise.resolve(
        [...waiting.values()]
          .filter((notice) => notice.channel === channel)
          .map((notice) => structuredClone(notice)),
      );
    },
    removeWaiting(channel, keys) {
      for (const key of keys) waiting.delete(keyOf(channel, key));
      return Promise.resolve();
    },
    readChannel(channel) {
      const entry = channels.get(channel);
      return Promise.resolve({ state: entry?.value ?? {}, version: entry?.version });
    },
    saveChannel(channel, state, version) {
      return Promise.resolve(channels.save(channel, state, version));
    },
  };
}
