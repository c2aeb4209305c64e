import type { ChannelState, NoticeStore } from '../../shared/deliver/channel-store.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import type { WaitingNotice } from '../../shared/alert/waiting-notices.ts';
import { createVersionedValues, forgetSome } from './memory-versions.ts';

/** Waiting notices and channel states in memory. They keep the contract of the table (test/contract/notice-store.test.ts). */
export function createMemoryNoticeStore(): NoticeStore & TenantData {
  const waiting = new Map<string, WaitingNotice>();
  const channels = createVersionedValues<ChannelState>();
  const channelNames = new Set<string>();
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
    setAside(channel, notices) {
      for (const notice of notices) waiting.set(keyOf(channel, notice.key), structuredClone(notice));
      return Promise.resolve();
    },
    saveChannel(channel, state, version) {
      channelNames.add(channel);
      if (channels.save(channel, state, version) === 'changed') return Promise.resolve({ kind: 'changed' });
      return Promise.resolve({ kind: 'saved', version: channels.get(channel)?.version ?? '' });
    },
    forget(tenantId) {
      for (const channel of channelNames) {
        const { value, version } = channels.get(channel) ?? {};
        if (value?.failingTenants?.includes(tenantId) !== true) continue;
        const { failingTenants, ...state } = value;
        const left = failingTenants.filter((id) => id !== tenantId);
        channels.save(channel, { ...state, ...(left.length === 0 ? {} : { failingTenants: left }) }, version);
      }
      return Promise.resolve(forgetSome(waiting, (notice) => notice.tenantId === tenantId));
    },
  };
}
