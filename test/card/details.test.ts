import { describe, expect, test } from '@jest/globals';
import { alertRowSchema, type StoredAlert } from '../../shared/alert/alert.ts';
import { alertCard } from '../../shared/card/alert-card.ts';
import type { CardSetting } from '../../shared/card/card-setting.ts';
import { detailsInWords } from '../../shared/card/details.ts';
import { digestCard } from '../../shared/card/digest-card.ts';
import { groupedCard } from '../../shared/card/grouped-card.ts';
import { lineOf } from '../../shared/card/grouping.ts';
import { type ChannelMessage, fittingMessage, smallerMessageBytes } from '../../shared/card/message.ts';
import { subjectKinds } from '../../shared/state/subject.ts';
import { phoneOnly, seatsGone } from '../builders/general-alerts.ts';
import { contoso, storedAlert } from '../builders/stored-alert.ts';

const setting: CardSetting = { timeZone: 'UTC', tenantName: () => 'Contoso' };
const single = (alert: StoredAlert, limit?: number): ChannelMessage =>
  fittingMessage((fullness) => alertCard(alert, 'opened', setting, fullness), limit);
const grouped = (...alerts: StoredAlert[]): ChannelMessage =>
  fittingMessage((fullness) =>
    groupedCard(
      alerts.map((alert) => lineOf(alert, 'opened')),
      [],
      setting,
      fullness,
    ),
  );
const text = (message: ChannelMessage): string => JSON.stringify(message);
function factsOn(message: ChannelMessage): [string, string][] {
  const body = message.attachments[0]?.content.body ?? [];
  return body.flatMap((element) =>
    element.type === 'FactSet'
      ? element.facts.map(({ title, value }): [string, string] => [title, value])
      : [],
  );
}
const plain = (name: string): string => name;

describe('details in words', () => {
  test('the weightiest comes first, of one weight the order of the rule counts', () => {
    const details = ['a', 'b', 'c', 'd'].map((label, index) => ({
      label,
      value: label,
      weight: [1, 2, 1, 2][index] ?? 0,
    }));
    expect(detailsInWords(details, 3, plain).map(({ label }) => label)).toEqual(['b', 'd', 'a', 'c']);
  });

  test.each([
    [4312, '4,312'],
    [0, '0'],
    ['one', 'one'],
    [['A'], 'A'],
    [['A', 'B', 'C', 'D', 'E'], 'A, B and 3 more'],
  ])('%j is told as %s', (value, words) => {
    expect(detailsInWords([{ label: 'x', value, weight: 1 }], 2, plain)).toEqual([
      { label: 'x', value: words },
    ]);
  });

  test('what holds nothing is left out', () => {
    const values = ['', [], ['', '']];
    expect(
      detailsInWords(
        values.map((value) => ({ label: 'x', value, weight: 1 })),
        3,
        plain,
      ),
    ).toEqual([]);
  });
});

describe('an alert about something that is no licence', () => {
  test('keeps its methods on its own card, and the weightiest detail stays where room is short', () => {
    expect(factsOn(single(phoneOnly)).slice(0, 5)).toEqual([
      ['User', 'anna.lee@contoso.com'],
      ['Tenant', 'Contoso'],
      ['Methods', 'mobile phone and office phone'],
      ['Sign-ins', '4,312'],
      ['Happened', '3 Feb 2026, 09:15 UTC'],
    ]);
    const crowded = { ...phoneOnly, runbook: Array.from({ length: 10 }, () => '漢'.repeat(2000)) };
    for (const limit of smallerMessageBytes) {
      expect(factsOn(single(crowded, limit))[2]?.[0]).toBe('Methods');
    }
  });

  test('keeps them in a card of many', () => {
    expect(text(grouped(phoneOnly, seatsGone))).toContain(
      'Methods: mobile phone and office phone · Sign-ins: 4,312 · 3 Feb 2026',
    );
  });

  test('has no lines about licences that its rule did not write', () => {
    for (const card of [text(single(seatsGone)), text(grouped(seatsGone)), text(single(phoneOnly))]) {
      expect(card).not.toMatch(/licence/i);
    }
    expect(factsOn(single(seatsGone)).slice(0, 4)).toEqual([
      ['Product', 'Office 365 E3'],
      ['Tenant', 'Contoso'],
      ['Seats', '1,250'],
      ['In use', '1,250'],
    ]);
  });
});

describe('a rule is called what it calls itself', () => {
  const { rule } = phoneOnly;

  test('in the heading of its group', () => {
    expect(text(grouped(phoneOnly, { ...phoneOnly, id: 'other' }))).toContain(
      'Only a phone is registered (2 alerts)',
    );
  });

  test('in the numbers of a first look', () => {
    const digest = {
      tenantId: contoso,
      source: 'registrations',
      opened: 3,
      bySeverity: { low: 3 },
      byRule: { [rule]: 3 },
    };
    const titles = { [rule]: 'Only a phone is registered' };
    const told = fittingMessage((fullness) => digestCard([{ ...digest, titles }], setting, fullness));
    expect(factsOnDigest(told)).toContain('Only a phone is registered');
    const old = fittingMessage((fullness) => digestCard([digest], setting, fullness));
    expect(factsOnDigest(old)).toContain(rule);
  });

  test('and by its id, as it is, where nobody wrote down what that is', () => {
    const card = text(grouped({ ...phoneOnly, about: { title: '' } }));
    expect(card).toContain(`${rule} (1 alert)`);
    expect(card).not.toContain('Mfa phone only');
  });
});

function factsOnDigest(message: ChannelMessage): string[] {
  const body = message.attachments[0]?.content.body ?? [];
  return body.flatMap((element) =>
    element.type === 'Container'
      ? element.items.flatMap((item) => (item.type === 'FactSet' ? item.facts.map(({ title }) => title) : []))
      : [],
  );
}

describe('who did it', () => {
  const actor = { kind: 'user', name: 'admin@contoso.com' } as const;

  test('stands only where the rule finds somebody’s deed', () => {
    for (const message of [single({ ...phoneOnly, actor }), grouped({ ...phoneOnly, actor })]) {
      expect(text(message)).not.toContain('admin@contoso.com');
    }
    expect(factsOn(single(phoneOnly)).map(([title]) => title)).not.toContain('Done by');
    expect(factsOn(single(storedAlert({ actor })))).toContainEqual(['Done by', 'admin@contoso.com']);
    expect(factsOn(single(storedAlert()))).toContainEqual(['Done by', 'not known']);
  });

  test('and the application that was used, which the alert names', () => {
    const alert = storedAlert({ actor, via: 'migrate-mailboxes' });
    expect(factsOn(single(alert))).toContainEqual([
      'Done by',
      'admin@contoso.com, through migrate-mailboxes',
    ]);
  });
});

describe('what the rule says of itself', () => {
  const links = (message: ChannelMessage): string[] =>
    (message.attachments[0]?.content.actions ?? []).map(({ url }) => url);

  test('its reference is a link, its gaps stand small at the end', () => {
    const message = single(phoneOnly);
    expect(links(message)).toEqual([phoneOnly.about.reference]);
    expect(message.attachments[0]?.content.body.slice(-2)).toEqual([
      expect.objectContaining({ text: 'What this check cannot see', isSubtle: true }),
      expect.objectContaining({ text: 'Whether the phone is in the user’s hands.', isSubtle: true }),
    ]);
  });

  test('the gaps go where room is short, and from the card of what is over', () => {
    const long = { ...phoneOnly, runbook: Array.from({ length: 10 }, () => 'x'.repeat(2000)) };
    expect(text(single(long, 7000))).not.toContain('cannot see');
    const over = fittingMessage((fullness) => alertCard(phoneOnly, 'resolved', setting, fullness));
    expect(text(over)).not.toContain('cannot see');
  });

  test.each(['http://learn.microsoft.com/', 'javascript:alert(1)', `https://x.example/${'y'.repeat(400)}`])(
    '%s is no reference that a card links to',
    (reference) => {
      expect(links(single({ ...phoneOnly, about: { title: 'x', reference } }))).toEqual([]);
    },
  );
});

test('a row of the first version is told: who, the title of the alert, and its rule by id', () => {
  const { about: _about, details: _details, via: _via, ...row } = storedAlert();
  const alert: StoredAlert = { ...alertRowSchema.parse(JSON.parse(JSON.stringify(row))), notices: [] };
  expect(factsOn(single(alert)).map(([title]) => title)).toEqual(['User', 'Tenant', 'Happened', 'Seen']);
  expect(text(grouped(alert))).toContain('anna.lee@contoso.com lost Office 365 E3 · 3 Feb 2026');
  expect(text(grouped(alert))).toContain('licence/licence-lost (1 alert)');
});

test('every kind of subject has its word', () => {
  const words = subjectKinds.map(
    (kind) => factsOn(single({ ...phoneOnly, subject: { kind, id: 'id', name: 'name' } }))[0],
  );
  expect(words.every((word) => word?.[1] === 'name' && /^[A-Z][a-z]+$/.test(word[0]))).toBe(true);
  expect(new Set(words.map((word) => word?.[0])).size).toBe(subjectKinds.length);
});
