import { describe, expect, test } from '@jest/globals';
import { channelsFor, type Routed } from '../../shared/alert/routing.ts';
import { channelSettings } from '../builders/stored-alert.ts';

const alert: Routed = { tenantId: 'contoso-id', rule: 'licence/licence-lost', severity: 'high' };
const routed = (...channels: Parameters<typeof channelSettings>[0][]): string[] =>
  channelsFor(alert, channels.map(channelSettings)).map(({ id }) => id);

describe('an alert goes to every channel that matches it', () => {
  test('a channel without a match takes all', () => {
    expect(routed({ id: 'first' }, { id: 'second' })).toEqual(['first', 'second']);
  });

  test('a rule is matched with and without its folder', () => {
    expect(
      routed(
        { id: 'with', match: { rule: ['licence/licence-lost'] } },
        { id: 'without', match: { rule: ['licence-lost'] } },
        { id: 'other', match: { rule: ['lost', 'licence'] } },
      ),
    ).toEqual(['with', 'without']);
  });

  test('every part of a match must hold', () => {
    expect(
      routed(
        { id: 'both', match: { tenant: ['CONTOSO-ID'], severity: ['high', 'critical'] } },
        { id: 'wrong-tenant', match: { tenant: ['fabrikam-id'], severity: ['high'] } },
        { id: 'wrong-severity', match: { tenant: ['contoso-id'], severity: ['low'] } },
      ),
    ).toEqual(['both']);
  });

  test('attributes are not known yet, so a channel that asks for one is not sent the rest', () => {
    expect(routed({ id: 'all' }, { id: 'some', match: { attribute: ['department=IT'] } })).toEqual(['all']);
  });
});

describe('what is wrong with a channel', () => {
  const about = (channel: string, ...channels: Parameters<typeof channelSettings>[0][]): string[] =>
    channelsFor(
      {
        ...alert,
        // Whatever rule says so.
        rule: 'operations/channel-silent',
        subject: { kind: 'channel', id: channel },
      },
      channels.map(channelSettings),
    ).map(({ id }) => id);

  test('is told in its fallback, whatever that one matches', () => {
    expect(
      about('first', { id: 'first', fallback: 'second' }, { id: 'second', match: { rule: [] } }, {}),
    ).toEqual(['second']);
  });

  test('is told in the others where it has none', () => {
    expect(
      about('first', { id: 'first' }, { id: 'second' }, { id: 'third', match: { rule: ['mfa'] } }),
    ).toEqual(['second']);
    expect(about('first', { id: 'first' }, { id: 'second', match: { rule: ['mfa'] } })).toEqual(['second']);
  });

  test('is never told in the channel itself', () => {
    expect(about('first', { id: 'first' })).toEqual([]);
  });
});

describe('nothing is dropped', () => {
  test('what matches no channel goes to the first', () => {
    expect(
      routed({ id: 'first', match: { severity: ['low'] } }, { id: 'second', match: { rule: ['mfa'] } }),
    ).toEqual(['first']);
  });

  test('without channels there is nowhere to go', () => {
    expect(routed()).toEqual([]);
  });
});
