import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { HostCannotStart } from './host-cannot-start.ts';
import type { LogLevels } from './log-level.ts';

const timeSpan = z
  .string()
  .regex(/^(?:\d+\.)?\d{1,2}:\d{2}:\d{2}(?:\.\d{1,7})?$/, 'is no time such as 00:00:30')
  .transform(timeSpanMilliseconds);

/** Defaults as the storage extension has them (FACTS 11.3). */
const queuesSchema = z
  .object({
    batchSize: z.number().int().min(1).max(32).default(16),
    newBatchThreshold: z.number().int().min(0).optional(),
    maxDequeueCount: z.number().int().min(1).default(5),
    visibilityTimeout: timeSpan.prefault('00:00:00'),
    maxPollingInterval: timeSpan
      .prefault('00:01:00')
      .refine((milliseconds) => milliseconds >= 100, 'is less than 100 ms'),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .transform((queues) => ({
    batchSize: queues.batchSize,
    // Only the default grows with the cores; a threshold that is written down is taken as it is.
    newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2) * availableParallelism(),
    maxDequeueCount: queues.maxDequeueCount,
    visibilityTimeoutMilliseconds: queues.visibilityTimeout,
    maxPollingMilliseconds: queues.maxPollingInterval,
    messageEncoding: queues.messageEncoding,
  }));

const hostJsonSchema = z.object({
  version: z.literal('2.0', 'is not "2.0"'),
  extensions: z
    .object({
      queues: queuesSchema.prefault({}),
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
    })
    .prefault({}),
  logging: z.object({ logLevel: z.record(z.string(), z.string()).default({}) }).prefault({}),
});

export type QueueOptions = z.output<typeof queuesSchema>;

export interface HostJson {
  queues: QueueOptions;
  /** Without slashes at its ends; empty serves functions from the root. */
  routePrefix: string;
  logLevels: LogLevels;
}

/** @throws HostCannotStart naming the file and what is wrong in it */
export async function readHostJson(path: string): Promise<HostJson> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new HostCannotStart(`there is no host.json at ${path}`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new HostCannotStart(`${path} is not JSON`, { cause: error });
  }
  const parsed = hostJsonSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new HostCannotStart(`${path}: ${problems.join('; ')}`);
  }
  const { queues, http } = parsed.data.extensions;
  return {
    queues,
    routePrefix: http.routePrefix.replace(/^\/+|\/+$/g, ''),
    logLevels: parsed.data.logging.logLevel,
  };
}

/** `[days.]hours:minutes:seconds[.fraction]` in milliseconds. */
function timeSpanMilliseconds(text: string): number {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  const [days, hours, minutes, seconds] = [1, 2, 3, 4].map((part) => Number(match?.[part] ?? 0));
  return Math.round(((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000);
}
