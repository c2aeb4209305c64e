import type { BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';
import { errorStatus } from './error-code.ts';
import type { RpcTypedData } from './rpc.ts';

/** When a timer ran last and when it is due, kept where the host of Azure keeps it, so that a restart knows what it missed. */
const timerStatusSchema = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });
export type TimerStatus = z.infer<typeof timerStatusSchema>;

/** `last` before the first run (FACTS 11.13). */
export const yearOne = '0001-01-01T00:00:00';

const container = 'azure-webjobs-hosts';

export interface TimerStatusStore {
  read(functionName: string): Promise<TimerStatus | undefined>;
  write(functionName: string, status: TimerStatus): Promise<void>;
}

export function keepTimerStatus(blobs: BlobServiceClient): TimerStatusStore {
  const client = blobs.getContainerClient(container);
  const blob = (functionName: string) =>
    client.getBlockBlobClient(`timers/gracewatch/Host.Functions.${functionName}/status`);
  return {
    read: async (functionName) => {
      try {
        const text = (await blob(functionName).downloadToBuffer()).toString('utf8');
        return timerStatusSchema.safeParse(JSON.parse(text)).data;
      } catch (error) {
        if (errorStatus(error) === 404 || error instanceof SyntaxError) {
          return undefined;
        }
        throw error;
      }
    },
    write: async (functionName, status) => {
      const text = JSON.stringify(status);
      try {
        await blob(functionName).upload(text, Buffer.byteLength(text));
      } catch (error) {
        if (errorStatus(error) !== 404) {
          throw error;
        }
        await client.createIfNotExists();
        await blob(functionName).upload(text, Buffer.byteLength(text));
      }
    },
  };
}

/** The first argument of a timer function, before the library puts its names into camel case. */
export function timerInput(status: TimerStatus | undefined, isPastDue: boolean): RpcTypedData {
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: status ?? null,
      IsPastDue: isPastDue,
    }),
  };
}
