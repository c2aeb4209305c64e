import { describe, expect, test } from '@jest/globals';
import { GatheredRecords } from '../../../cli/replay/gather-records.ts';
import type { ReplayedSubject } from '../../../cli/replay/replayed.ts';
import { reportOf } from '../../../cli/replay/report.ts';
import type { StoredAlert } from '../../../shared/alert/alert.ts';
import { alertView } from '../../../shared/alert/view.ts';
import { phoneOnly, seatsGone } from '../../builders/general-alerts.ts';
import { storedAlert } from '../../builders/stored-alert.ts';

const now = '2026-02-04T00:00:00.000Z';

/** What people read of one subject with this alert. */
async function told(alert: StoredAlert, user?: string): Promise<string> {
  const { id, name } = alert.subject;
  const subject: ReplayedSubject = {
    timeline: {
      tenantId: alert.tenantId,
      subject: { kind: 'user', id, name },
      facts: [],
      groupFacts: [],
      rows: 0,
    },
    causes: [],
    alerts: [alertView(alert, now)],
    silent: [],
  };
  async function* subjects() {
    yield await Promise.resolve(subject);
  }
  const options = { timeZone: 'UTC', ...(user === undefined ? {} : { user }) };
  let text = '';
  for await (const part of reportOf(
    { files: [], failed: 0 },
    new GatheredRecords(),
    { now, subjects: subjects() },
    options,
  )) {
    text += part;
  }
  return text;
}

describe('the alerts of a replay', () => {
  test('show the details of their rule, the weightiest first', async () => {
    expect(await told(phoneOnly)).toContain(
      '         Methods: mobile phone and office phone; Sign-ins: 4,312\n',
    );
    expect(await told(seatsGone)).toContain('         Seats: 1,250; In use: 1,250\n');
    expect(await told(seatsGone)).not.toMatch(/licences (?:before|after)/i);
  });

  test('and to whoever asks about a user also what the rule rests on and cannot see', async () => {
    const lines = (await told(phoneOnly, phoneOnly.subject.name)).split('\n').map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        'Methods: mobile phone and office phone',
        'Sign-ins: 4,312',
        'Known from:',
        '- registration of 0a0a0a0a-0000-4000-8000-000000000001, as read 3 Feb 2026, 09:15 UTC',
        'What this check cannot see:',
        '- Whether the phone is in the user’s hands.',
        `Read more: ${String(phoneOnly.about.reference)}`,
      ]),
    );
    expect(await told(storedAlert(), 'anna')).toContain(
      '- record record-1 [Entra log] of 3 Feb 2026, 09:15 UTC',
    );
  });

  test('steer no terminal, whatever a tenant has written', async () => {
    const hostile = 'a\u001B[2J\u202Eb\nc';
    const alert: StoredAlert = {
      ...phoneOnly,
      about: { title: hostile, reference: hostile, knownGaps: [hostile] },
      details: [{ label: hostile, value: [hostile], weight: 1 }],
      evidence: [{ source: hostile, subject: hostile, at: now }],
    };
    for (const text of [await told(alert), await told(alert, 'anna')]) {
      expect(text).toContain('a [2Jb c: a [2Jb c');
      expect(text).not.toContain('\u001B');
      expect(text).not.toContain('\u202E');
    }
  });

  test('of an alert without details only what it says', async () => {
    expect(await told({ ...phoneOnly, details: [] })).toMatch(/phone only \(open since [^)]*\)\n\n/);
  });
});
