import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeMessage,
  fateOfMessage,
  isSpent,
  messageMetadata,
  poisonQueueName,
} from '../../../dev/host/queue-message.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the text of a message', () => {
  test('comes back as it was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeMessage(base64(text), 'base64')).toEqual({ kind: 'text', text });
        expect(decodeMessage(text, 'none')).toEqual({ kind: 'text', text });
      }),
    );
  });

  test.each(['{"a":1}', 'abc', 'abcde===', 'ab=c', 'a-_b'])('%s is not base64', (text) => {
    expect(decodeMessage(text, 'base64')).toEqual({ kind: 'not-base64' });
  });

  test.each([[[0xff, 0xfe]], [[0xc3]], [[0xed, 0xa0, 0x80]]])('%j is base64 and not UTF-8', (bytes) => {
    const text = Buffer.from(bytes).toString('base64');
    expect(decodeMessage(text, 'base64')).toEqual({ kind: 'not-utf8' });
  });
});

describe('trigger metadata', () => {
  const message = { messageId: 'm-1', popReceipt: 'r', dequeueCount: 2 };

  test('tells about the message', () => {
    expect(messageMetadata('hello', { ...message, insertedOn: new Date('2026-02-03T10:00:00Z') })).toEqual({
      QueueTrigger: { string: 'hello' },
      DequeueCount: { int: 2 },
      Id: { string: 'm-1' },
      PopReceipt: { string: 'r' },
      InsertionTime: { json: '"2026-02-03T10:00:00.000Z"' },
    });
  });

  test('is overwritten by properties of the same name in the body, whatever their case', () => {
    const metadata = messageMetadata('{"id":4,"DEQUEUECOUNT":"x"}', message);
    expect(metadata).toMatchObject({ Id: { string: '4' }, DequeueCount: { string: 'x' } });
  });

  test('rewrites values of the body', () => {
    const body = {
      day: '2026-02-03T10:00:00Z',
      offset: '2026-02-03T10:00:00.5+02:00',
      local: '2026-02-03T10:00:00',
      no: '2026-02-99T10:00:00Z',
      yes: true,
      list: [1],
      nothing: null,
      inner: { a: 1 },
      number: 1.5,
    };
    expect(messageMetadata(JSON.stringify(body), { dequeueCount: 0 })).toEqual({
      QueueTrigger: { string: JSON.stringify(body) },
      DequeueCount: { int: 0 },
      day: { string: '02/03/2026 10:00:00' },
      offset: { string: '02/03/2026 08:00:00' },
      local: { string: '02/03/2026 10:00:00' },
      no: { string: '2026-02-99T10:00:00Z' },
      yes: { string: 'True' },
      inner: { json: '{"a":1}' },
      number: { string: '1.5' },
    });
  });

  test.each(['[1]', '"id"', 'null', '4', '{bad', ''])('takes nothing from the body %j', (body) => {
    expect(Object.keys(messageMetadata(body, { dequeueCount: 1 }))).toEqual(['QueueTrigger', 'DequeueCount']);
  });
});

describe('the fate of a message', () => {
  test('is to be deleted, tried again, or moved to poison at the last attempt', () => {
    expect(fateOfMessage('succeeded', 3, 3, true)).toBe('delete');
    expect(fateOfMessage('failed', 2, 3, true)).toBe('retry');
    expect(fateOfMessage('failed', 3, 3, true)).toBe('poison');
  });

  test('is to stay hidden where it is in a poison queue already', () => {
    expect(fateOfMessage('failed', 30, 3, false)).toBe('leave');
    expect(fateOfMessage('not-base64', 1, 3, false)).toBe('leave');
    expect(isSpent(30, 3, false)).toBe(false);
  });

  test('is poison at the first reading where it is not base64', () => {
    expect(fateOfMessage('not-base64', 1, 10, true)).toBe('poison');
  });

  test('is poison without another attempt when a dead host used the last one', () => {
    expect(isSpent(3, 3, true)).toBe(false);
    expect(isSpent(4, 3, true)).toBe(true);
  });

  test('has a poison queue unless the queue is one, or its name gets too long', () => {
    expect(poisonQueueName('collect')).toBe('collect-poison');
    expect(poisonQueueName('collect-poison')).toBeUndefined();
    expect(poisonQueueName('q'.repeat(57))).toBeUndefined();
  });
});
