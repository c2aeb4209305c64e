import { describe, expect, test } from '@jest/globals';
import { tellingOf } from '../../shared/deliver/telling.ts';

describe('several notices about one alert are told as its last state', () => {
  test('who did it was learned while the opening waited: it is still new to the channel', () => {
    expect(tellingOf(['attributed', 'opened'], { status: 'open' })).toBe('opened');
  });

  test('what got worse matters more than who did it', () => {
    expect(tellingOf(['attributed', 'worse'], { status: 'acknowledged' })).toBe('worse');
  });

  test('resolved and back again is back again', () => {
    expect(tellingOf(['resolved', 'reopened'], { status: 'open' })).toBe('reopened');
    expect(tellingOf(['resolved'], { status: 'open' })).toBe('reopened');
  });

  test('what was over before anybody heard of it is one line that says so', () => {
    expect(tellingOf(['opened', 'resolved'], { status: 'resolved' })).toBe('opened-and-resolved');
    expect(tellingOf(['opened', 'worse'], { status: 'resolved' })).toBe('opened-and-resolved');
    expect(tellingOf(['reopened', 'resolved'], { status: 'resolved' })).toBe('opened-and-resolved');
  });

  test('an end is an end, whatever else waits', () => {
    expect(tellingOf(['worse', 'resolved'], { status: 'resolved' })).toBe('resolved');
    expect(tellingOf(['attributed'], { status: 'resolved' })).toBe('resolved');
  });
});
