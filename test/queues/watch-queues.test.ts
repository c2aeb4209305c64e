import { expect, test } from '@jest/globals';
import { watchQueues } from '../../shared/queues/watch-queues.ts';
import type { LogFields } from '../../shared/ports.ts';

test('every queue is logged with what waits, so that an alarm can tell a queue that nobody empties', async () => {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const info = (message: string, fields?: LogFields): void => void lines.push({ message, fields });
  const log = { info, warn: info, error: info };
  const look = () =>
    Promise.resolve([
      { queue: 'collect' as const, depth: 3, waitingSeconds: 2400 },
      { queue: 'notices' as const, depth: 0, waitingSeconds: 0 },
    ]);
  await watchQueues({ queueWatch: { look }, log });
  expect(lines).toEqual([
    {
      message: 'queue looked at',
      fields: { stage: 'watch', queue: 'collect', depth: 3, waitingSeconds: 2400 },
    },
    {
      message: 'queue looked at',
      fields: { stage: 'watch', queue: 'notices', depth: 0, waitingSeconds: 0 },
    },
  ]);
});
