import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const hostJson = z.object({
  extensions: z.object({
    queues: z.object({
      maxDequeueCount: z.number(),
      visibilityTimeout: z.string().regex(/^\d\d:\d\d:\d\d$/),
    }),
  }),
});

test('half an hour lies between the first and the last try of a message: storage that fails for so long poisons nothing', () => {
  const text = readFileSync(new URL('../../host.json', import.meta.url), 'utf8');
  const { maxDequeueCount, visibilityTimeout } = hostJson.parse(JSON.parse(text)).extensions.queues;
  const [hours = 0, minutes = 0, seconds = 0] = visibilityTimeout.split(':').map(Number);
  expect((maxDequeueCount - 1) * ((hours * 60 + minutes) * 60 + seconds)).toBeGreaterThanOrEqual(30 * 60);
});
