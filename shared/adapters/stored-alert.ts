import { z } from 'zod';
import { noticeReasons } from '../alert/alert.ts';

/** Rows of what waits in front of channels, and of the channels themselves. Fields that this build does not know are kept. */

export const waitingNoticeSchema = z.looseObject({
  channel: z.string(),
  key: z.string(),
  tenantId: z.string(),
  alertId: z.string(),
  reason: z.enum(noticeReasons),
  at: z.string(),
  digest: z
    .looseObject({
      source: z.string(),
      sources: z.array(z.string()).exactOptional(),
      after: z.string().exactOptional(),
      opened: z.number(),
      bySeverity: z.record(z.string(), z.number()),
      byRule: z.record(z.string(), z.number()),
      titles: z.record(z.string(), z.string()).exactOptional(),
    })
    .exactOptional(),
  aside: z
    .looseObject({
      until: z.string(),
      attempt: z.number(),
      sent: z.looseObject({ at: z.string(), sequence: z.number() }).exactOptional(),
    })
    .exactOptional(),
});

export const channelStateSchema = z.looseObject({
  lastPostAt: z.string().exactOptional(),
  leaseUntil: z.string().exactOptional(),
  brokenSince: z.string().exactOptional(),
  brokenReason: z.string().exactOptional(),
  brokenUrl: z.string().exactOptional(),
  failingTenants: z.array(z.string()).exactOptional(),
  posting: z
    .looseObject({
      idempotencyKey: z.string(),
      notices: z.array(z.string()),
      sequences: z.array(z.number()).exactOptional(),
      postedAt: z.string().exactOptional(),
      refusals: z.number().exactOptional(),
    })
    .exactOptional(),
  wakeAt: z.string().exactOptional(),
});

export const firstLookSchema = z.looseObject({
  finishedAt: z.string(),
  sources: z.array(z.string()),
  toldUntil: z.string().exactOptional(),
});
