import { describe, expect, test } from '@jest/globals';
import { tellingOf } from '../../shared/card/telling.ts';

describe('several notices about one alert are told as its last state', () => {
  test('who did it was learned while the opening waited: it is still new to the channel', () => {
    expect(tellingOf(['attributed', 'opened'], { status: 'open', severity: 'high' })).toBe('opened');
  });

  test('what got worse matters more than who did it', () => {
    expect(tellingOf(['attributed', 'worse'], { status: 'acknowledged', severity: 'high' })).toBe('worse');
  });

  test('resolved and back again is back again', () => {
    expect(tellingOf(['resolved', 'reopened'], { status: 'open', severity: 'high' })).toBe('reopened');
    expect(tellingOf(['resolved'], { status: 'open', severity: 'high' })).toBe('reopened');
  });

  test('what was over before anybody heard of it is one line that says so', () => {
    expect(tellingOf(['opened', 'resolved'], { status: 'resolved', severity: 'high' })).toBe(
      'opened-and-resolved',
    );
    expect(tellingOf(['opened', 'worse'], { status: 'resolved', severity: 'high' })).toBe(
      'opened-and-resolved',
    );
    expect(tellingOf(['reopened', 'resolved'], { status: 'resolved', severity: 'high' })).toBe(
      'opened-and-resolved',
    );
  });

  test('what has become low is settled, also where that it began still waits; what is more again is not', () => {
    const low = { status: 'acknowledged', severity: 'low' } as const;
    expect(tellingOf(['resolved'], low)).toBe('settled');
    expect(tellingOf(['opened', 'attributed', 'resolved'], low)).toBe('settled');
    expect(tellingOf(['resolved', 'worse'], { status: 'open', severity: 'medium' })).toBe('worse');
    expect(tellingOf(['opened', 'resolved'], { status: 'resolved', severity: 'low' })).toBe(
      'opened-and-resolved',
    );
  });

  test('an end is an end, whatever else waits', () => {
    expect(tellingOf(['worse', 'resolved'], { status: 'resolved', severity: 'high' })).toBe('resolved');
    expect(tellingOf(['attributed'], { status: 'resolved', severity: 'high' })).toBe('resolved');
  });
});
