import type { SentMessage } from '../builders/memory-queues.ts';
import type { collection } from './collection.ts';

/** After which the queue brings a message again whose handling failed. */
const redeliveredAfter = 30_000;

/** Lets time pass for a collection: each message is handled when it may be seen, and comes again where that fails. */
export function passingTime(run: ReturnType<typeof collection>, start: string) {
  let now = Date.parse(start);
  let waiting: { at: number; message: SentMessage }[] = [];
  const gather = (): void => {
    for (const message of run.queues.take('collect')) {
      waiting.push({ at: now + message.delaySeconds * 1000, message });
    }
    run.receiveRecords();
  };
  const self = {
    handled: 0,
    now: () => new Date(now).toISOString(),
    waiting: () => waiting.length,
    /** The clock alone goes on, as while a call takes its time. */
    async passes(seconds: number): Promise<void> {
      now += seconds * 1000;
      run.at(new Date(now).toISOString());
      await Promise.resolve();
    },
    /** Handles what may be seen until then. */
    async until(time: string): Promise<void> {
      const end = Date.parse(time);
      for (;;) {
        gather();
        waiting = waiting.toSorted((a, b) => a.at - b.at);
        const [next, ...rest] = waiting;
        if (next === undefined || next.at > end) break;
        waiting = rest;
        now = Math.max(now, next.at);
        run.at(new Date(now).toISOString());
        self.handled += 1;
        try {
          await run.handle(next.message);
        } catch {
          waiting.push({ at: now + redeliveredAfter, message: next.message });
        }
      }
      now = end;
      run.at(new Date(now).toISOString());
    },
    async for(seconds: number): Promise<void> {
      await self.until(new Date(now + seconds * 1000).toISOString());
    },
  };
  return self;
}
