import { describe, expect, test } from '@jest/globals';
import { judgeChannels, type SeenChannel } from '../../../cli/doctor/channels.ts';
import { testCard } from '../../../cli/doctor/test-card.ts';
import type { DeliveryOutcome } from '../../../shared/deliver/channel-sender.ts';
import { Secret } from '../../../shared/secret.ts';

const url = new Secret('https://prod-01.westeurope.logic.azure.com/workflows/abc?sig=topsecretsignature');

function seen(changes: Partial<SeenChannel> & { fallback?: string } = {}): SeenChannel {
  const { fallback, ...rest } = changes;
  return {
    channel: {
      id: 'licences',
      kind: 'teams',
      url,
      timeZone: 'UTC',
      sendResolved: true,
      ...(fallback === undefined ? {} : { fallback }),
    },
    state: {},
    urlFingerprint: 'now',
    sent: undefined,
    ...rest,
  };
}

describe('channels', () => {
  test('that do not exist leave everybody untold', () => {
    expect(judgeChannels([])).toMatchObject([{ status: 'warn' }]);
  });

  test('with another to fall back on are well', () => {
    expect(judgeChannels([seen({ fallback: 'spare' })])).toEqual([
      {
        subject: 'licences',
        status: 'ok',
        means: 'its URL is that of a Teams workflow; what it refuses goes to spare',
      },
    ]);
  });

  test('without one are told what happens when the workflow ends', () => {
    const [, line] = judgeChannels([seen()]);
    expect(line).toMatchObject({ subject: 'licences', status: 'warn' });
    expect(line?.mend).toContain('"fallback"');
  });

  test('that are shut say since when, and are forgotten with another URL', () => {
    const state = {
      brokenSince: '2026-02-03T10:00:00.000Z',
      brokenReason: 'channel licences answered 404',
      brokenUrl: 'now',
    };
    const [, line] = judgeChannels([seen({ fallback: 'spare', state })]);
    expect(line).toMatchObject({ status: 'fail' });
    expect(line?.means).toBe(
      'shut since 2026-02-03T10:00:00.000Z: channel licences answered 404; its notices go to spare',
    );
    expect(
      judgeChannels([seen({ fallback: 'spare', state: { ...state, brokenUrl: 'before' } })]),
    ).toHaveLength(1);
    const sent: DeliveryOutcome = { kind: 'done' };
    expect(judgeChannels([seen({ fallback: 'spare', state, sent })]).map(({ status }) => status)).toEqual([
      'ok',
      'ok',
    ]);
  });
});

describe('a test card', () => {
  const delivery = (sent: DeliveryOutcome) => judgeChannels([seen({ fallback: 'spare', sent })])[1];
  const refused = (reason: string, ended: boolean) => ({ kind: 'refused' as const, reason, ended });

  test('that was taken proves no more than that', () => {
    const line = delivery({ kind: 'done' });
    expect(line).toMatchObject({ status: 'ok' });
    expect(line?.means).toContain('does not prove that it was posted');
    expect(line?.means).toContain('Run history');
  });

  test.each<[DeliveryOutcome & { reason: string }, RegExp]>([
    [refused('channel licences answered 404', true), /is the workflow there and on/],
    [refused('channel licences answered 410', true), /is the workflow there and on/],
    [refused('channel licences answered 401', true), /Who can trigger the flow: Anyone/],
    [refused('channel licences answered 403', true), /Who can trigger the flow: Anyone/],
    [refused('channel licences answered 400 (InvalidRequestContent)', false), /up to the end of its sig/],
    [{ kind: 'retry', reason: 'channel licences answered 429' }, /try again in a minute/],
  ])('that was not taken (%j) fails with what to do', (sent, mend) => {
    const line = delivery(sent);
    expect(line?.status).toBe('fail');
    expect(line?.means).toContain(sent.reason);
    expect(line?.mend).toMatch(mend);
  });

  test('says that it is one, from whom and when, and nothing of a hostile name stays alive', () => {
    const message = testCard({
      channel: 'licences',
      timeZone: 'Europe/Berlin',
      from: '[click](https://evil.example) <at>Everyone</at>',
      target: 'the app gracewatch-x in resource group watch',
      at: '2026-02-03T09:15:00.000Z',
    });
    const card = JSON.stringify(message);
    expect(message.attachments[0]?.content.type).toBe('AdaptiveCard');
    expect(card).toContain('test card');
    expect(card).toContain('3 Feb 2026, 10:15 CET');
    expect(card).toContain('gracewatch-x');
    expect(card).not.toContain('](https://');
    expect(card).not.toContain('<at>');
  });
});
