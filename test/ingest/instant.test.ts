import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readInstant, whyNoInstant } from '../../shared/ingest/instant.ts';

describe('a time in a record', () => {
  test.each([
    ['Graph, seven digits', '2024-02-08T21:49:53.7643129Z', '2024-02-08T21:49:53.764Z'],
    ['Azure Monitor, with an offset', '2024-02-08T21:49:53.7643129+00:00', '2024-02-08T21:49:53.764Z'],
    ['an offset that is not UTC', '2026-02-03T01:15:00-08:00', '2026-02-03T09:15:00.000Z'],
    ['an offset over midnight', '2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['the unified log, without a zone', '2026-02-03T09:15:00', '2026-02-03T09:15:00.000Z'],
    ['a blank instead of T', '2025-01-15 14:20:35.456', '2025-01-15T14:20:35.456Z'],
    ['nine digits', '2025-07-07 09:11:11.000000000', '2025-07-07T09:11:11.000Z'],
    ['the Log Analytics portal in CSV', '8/2/2021, 1:29:25.983 PM', '2021-08-02T13:29:25.983Z'],
    ['twelve at night', '8/2/2021, 12:00:05.000 AM', '2021-08-02T00:00:05.000Z'],
    ['Windows PowerShell', '/Date(1770110100000)/', '2026-02-03T09:15:00.000Z'],
    ['Germany, where points mean day first', '10.02.2026 10:11:12', '2026-02-10T10:11:12.000Z'],
    ['the same from a spreadsheet', '10.2.2026 9:11', '2026-02-10T09:11:00.000Z'],
    ['the same with its zone', '10.02.2026 10:11:12 +01:00', '2026-02-10T09:11:12.000Z'],
    ['Czechia', '10. 2. 2026 10:11:12', '2026-02-10T10:11:12.000Z'],
    ['Finland', '10.2.2026 10.11.12', '2026-02-10T10:11:12.000Z'],
    ['Japan', '2026/02/10 10:11:12', '2026-02-10T10:11:12.000Z'],
    ['Hungary', '2026. 02. 10. 10:11:12', '2026-02-10T10:11:12.000Z'],
    ['Britain, where only day first fits', '13/02/2026 10:11:12', '2026-02-13T10:11:12.000Z'],
    ['India, where only day first fits', '13-02-2026 10:11:12', '2026-02-13T10:11:12.000Z'],
    ['Australia, where only day first fits', '31/12/2026, 1:29:25.983 pm', '2026-12-31T13:29:25.983Z'],
    ['the United States, where only month first fits', '2/13/2026 10:11:12 PM', '2026-02-13T22:11:12.000Z'],
    ['day and month that are the same', '2/2/2026 10:11:12', '2026-02-02T10:11:12.000Z'],
  ])('%s', (_, written, instant) => {
    expect(readInstant(written)).toBe(instant);
  });

  test.each([
    ['nothing', undefined],
    ['empty', ''],
    ['a number', 1770110100000],
    ['a sentence', 'yesterday'],
    ['second 65, as in a published sample', '2023-10-10T17:08:65'],
    ['29 February in a common year', '2026-02-29T00:00:00Z'],
    ['hour 24', '2026-02-03T24:00:00Z'],
    ['the unset date of .NET', '0001-01-01T00:00:00'],
    ['a date alone', '2026-02-03'],
    ['day and month that both fit', '2/10/2026 10:11:12'],
    ['day and month that both fit, and half a day, which many countries write', '2/10/2026 10:11:12 AM'],
    ['day and month that both fit, with dashes', '02-10-2026 10:11:12'],
    ['month 13 behind a point', '10.13.2026 10:11:12'],
    ['day 31 of February', '31/02/2026 10:11:12'],
    ['a year of another calendar', '10/2/2569 10:11:12'],
    ['hour 13 of the afternoon', '13/02/2026 13:11:12 PM'],
    ['a year of two digits', '10.02.26 10:11:12'],
    ['an offset beyond any zone', '2026-02-03T09:15:00+25:00'],
  ])('%s is no time', (_, written) => {
    expect(readInstant(written)).toBeUndefined();
  });

  test.each([
    ['2/10/2026 10:11:12', /day\/month\/year or month\/day\/year.*ToString\('o'\)/],
    ['10.02.26 10:11:12', /format of a country.*ToString\('o'\)/],
    ['yesterday', /^no valid time$/],
    ['2026-02-29T00:00:00Z', /^no valid time$/],
    [' ', /^missing$/],
    [null, /^missing$/],
  ])('%j: why', (written, why) => {
    expect(whyNoInstant(written)).toMatch(why);
  });

  test('Windows PowerShell with words beside it', () => {
    const written = { value: '/Date(1770110100000)/', DateTime: 'Dienstag, 3. Februar 2026 09:15:00' };
    expect(readInstant(written)).toBe('2026-02-03T09:15:00.000Z');
  });

  test('reading what was written gives the same time', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('2000-01-01T00:00:00Z'),
          max: new Date('2999-12-31T00:00:00Z'),
          noInvalidDate: true,
        }),
        (date) => {
          expect(readInstant(date.toISOString())).toBe(date.toISOString());
          expect(readInstant(date.toISOString().replace('T', ' ').replace('Z', ''))).toBe(date.toISOString());
        },
      ),
    );
  });

  test('an offset moves the time by as much', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('2001-01-01T00:00:00Z'),
          max: new Date('2999-01-01T00:00:00Z'),
          noInvalidDate: true,
        }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (date, minutes) => {
          const local = new Date(date.getTime() + minutes * 60_000).toISOString().replace('Z', '');
          const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
          const zone = `${minutes < 0 ? '-' : '+'}${`${hours}`.padStart(2, '0')}:${`${rest}`.padStart(2, '0')}`;
          expect(readInstant(local + zone)).toBe(date.toISOString());
        },
      ),
    );
  });
});
