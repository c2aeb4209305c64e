import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { file, gracewatch, replayJson } from '../replayed-files.ts';

/** A mailbox that becomes a shared one, and the licence that goes with it, as an administrator reads it from exported logs. */

const path = fileURLToPath(
  new URL('../../fixtures/verdicts/shared-mailbox-then-licence-removed.json', import.meta.url),
);
type Raw = Record<string, unknown>;
const [conversion, ...others] = JSON.parse(readFileSync(path, 'utf8')) as [Raw, ...Raw[]];

const converted = (overrides: Raw, type = 'Shared'): Raw => ({
  ...conversion,
  Parameters: [
    { Name: 'Identity', Value: 'zoe@fabrikam.example' },
    { Name: 'Type', Value: type },
  ],
  ...overrides,
});
const saysMailboxGoes = /offline|deleted after|Exchange mailbox|disconnected/i;

describe('a licence that is taken from a shared mailbox', () => {
  test('is one medium alert without a date, and nothing of a mailbox that goes offline', async () => {
    const { code, subjects, alerts } = await replayJson(path);
    expect(code).toBe(0);
    expect(subjects).toHaveLength(1);
    expect(subjects[0]?.facts).toMatchObject([
      {
        kind: 'mailbox-converted',
        mailbox: 'shared',
        at: '2026-05-04T08:00:00.000Z',
        actor: { name: 'admin@fabrikam.example' },
      },
      { kind: 'licences-changed' },
    ]);
    expect(alerts).toMatchObject([{ rule: 'licence/licence-lost', severity: 'medium', status: 'open' }]);
    expect(alerts[0]).not.toHaveProperty('due');
    expect(alerts[0]?.evidence).toContainEqual({
      record: conversion['Id'],
      log: 'unified',
      at: '2026-05-04T08:00:00.000Z',
    });
    expect(alerts[0]?.summary).toMatch(/The mailbox is a shared one since 4 May 2026/);
    expect(JSON.stringify([subjects, alerts])).not.toMatch(saysMailboxGoes);
    const { out } = await gracewatch(['replay', path]);
    expect(out).toMatch(/Mailbox converted to a shared mailbox/);
    expect(out).not.toMatch(saysMailboxGoes);
  });

  test('is the same where the mailbox is converted afterwards: the high alert loses its date', async () => {
    const later = converted({ CreationTime: '2026-05-05T08:00:00' });
    const before = await replayJson(file([later, ...others]), '--now', '2026-05-04T12:00:00Z');
    expect(before.alerts).toMatchObject([{ severity: 'high', due: '2026-06-03T08:15:00.000Z' }]);
    const { alerts } = await replayJson(file([later, ...others]));
    expect(alerts).toMatchObject([{ severity: 'medium', status: 'open', episode: 1 }]);
    expect(alerts[0]).not.toHaveProperty('due');
    expect(JSON.stringify(alerts)).not.toMatch(saysMailboxGoes);
  });

  test.each<[string, readonly Raw[]]>([
    ['the conversion failed', [converted({ ResultStatus: 'False' })]],
    ['whether it worked is not known', [converted({ ResultStatus: 'PartiallySucceeded' })]],
    [
      'nobody can say whose mailbox it was',
      [
        converted({
          Parameters: [
            { Name: 'Identity', Value: 'zoe' },
            { Name: 'Type', Value: 'Shared' },
          ],
        }),
      ],
    ],
    [
      'it was another one',
      [
        converted({
          Parameters: [
            { Name: 'Identity', Value: 'joe@fabrikam.example' },
            { Name: 'Type', Value: 'Shared' },
          ],
        }),
      ],
    ],
    [
      'it became a user mailbox again',
      [
        conversion,
        converted(
          { Id: '00f1ed00-0000-4000-8000-0000000000aa', CreationTime: '2026-05-04T08:10:00' },
          'Regular',
        ),
      ],
    ],
  ])('is a mailbox lost where %s', async (_name, conversions) => {
    const { alerts } = await replayJson(file([...conversions, ...others]));
    expect(alerts).toMatchObject([{ severity: 'high', due: '2026-06-03T08:15:00.000Z' }]);
    expect(alerts[0]?.summary).toMatch(/goes offline/);
  });

  test.each(['Room', 'EQUIPMENT', 'shared'])('goes for %s too', async (type) => {
    const { alerts } = await replayJson(file([converted({}, type), ...others]));
    expect(alerts).toMatchObject([{ severity: 'medium' }]);
    expect(alerts[0]).not.toHaveProperty('due');
  });

  test('whose conversion is cut off in the export says so, and exits with 3', async () => {
    const { code, files } = await replayJson(file([converted({ Parameters: 'System.Object[]' }), ...others]));
    expect(code).toBe(3);
    expect(files[0]?.unreadable).toMatchObject([{ reason: expect.stringMatching(/-Depth/) as unknown }]);
  });
});
