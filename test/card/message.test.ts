import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alertCard } from '../../shared/card/alert-card.ts';
import type { CardSetting } from '../../shared/card/card-setting.ts';
import { digestCard } from '../../shared/card/digest-card.ts';
import { groupedCard } from '../../shared/card/grouped-card.ts';
import { lineOf } from '../../shared/card/grouping.ts';
import {
  type ChannelMessage,
  fittingMessage,
  largestMessageBytes,
  messageBytes,
  smallerMessageBytes,
} from '../../shared/card/message.ts';
import { storedAlert } from '../builders/stored-alert.ts';

const setting: CardSetting = {
  timeZone: 'UTC',
  publicUrl: 'https://gracewatch.contoso.com',
  tenantName: (tenantId) => tenantId,
};

const posted = (summaryLength: number, limit?: number): ChannelMessage =>
  fittingMessage(
    (fullness) =>
      alertCard(
        storedAlert({ runbook: Array.from({ length: 10 }, () => 'x'.repeat(summaryLength)) }),
        'opened',
        setting,
        fullness,
      ),
    limit,
  );

describe('a message is under 28 KB with its wrapper', () => {
  test('a card that just fits is sent as it is, one byte more and it is trimmed', () => {
    const whole = posted(2000);
    const bytes = messageBytes(whole);
    expect(bytes).toBeGreaterThan(20_000);
    expect(posted(2000, bytes + 1)).toEqual(whole);
    expect(messageBytes(posted(2000, bytes))).toBeLessThan(bytes);
  });

  test('trimming takes texts first and keeps what matters', () => {
    const text = JSON.stringify(posted(2000, 7000));
    expect(text).toContain('anna.lee@contoso.com');
    expect(text).toContain('Office 365 E3');
    expect(text).toContain('Open the alert');
    expect(text).toContain('…');
  });
});

const longName = fc
  .tuple(
    fc.constantFrom('*', ']', '😀', '"', '\\', '\u0000', '"\\*', 'ÿ', '漢', '_ '),
    fc.integer({ min: 0, max: 3000 }),
  )
  .map(([unit, length]) => unit.repeat(length));

describe('whatever the names are made of', () => {
  const smallest = smallerMessageBytes.at(-1) ?? 0;
  const limits = [largestMessageBytes, ...smallerMessageBytes];

  test('a card is never dropped for its size', () => {
    fc.assert(
      fc.property(
        longName,
        fc.integer({ min: 0, max: 15 }),
        fc.constantFrom(...limits),
        (name, many, limit) => {
          const names = Array.from({ length: many }, () => name);
          const alert = storedAlert({
            tenantId: name,
            subject: { kind: 'user', id: 'id', name },
            title: name,
            summary: name,
            actor: { kind: 'application', name },
            cause: { kind: 'removed-directly', via: name, evidence: [], confidence: 'likely', text: name },
            about: { title: name, reference: `https://${name}`, knownGaps: names, doer: true },
            details: [
              ...names.map((name) => ({ label: name, value: names, weight: 1 })),
              { label: name, value: name, weight: 2 },
            ],
            due: name,
            happenedAt: name,
            openedAt: name,
            runbook: names,
          });
          const lines = names.map((_name, index) => ({
            ...lineOf(alert, 'worse'),
            alertId: String(index),
            rule: `${name}${String(index)}`,
            title: `${name}${String(index)}`,
          }));
          const digests = names.map((name, index) => ({
            tenantId: `${name}${String(index)}`,
            source: name,
            opened: index,
            bySeverity: { high: index },
            byRule: Object.fromEntries(names.map((name, index) => [`${name}${String(index)}`, index])),
            titles: Object.fromEntries(names.map((name, index) => [`${name}${String(index)}`, name])),
          }));
          for (const message of [
            fittingMessage((fullness) => alertCard(alert, 'opened', setting, fullness), limit),
            fittingMessage((fullness) => groupedCard(lines, digests, setting, fullness), limit),
            fittingMessage((fullness) => digestCard(digests, setting, fullness), limit),
          ]) {
            expect(messageBytes(message)).toBeLessThan(limit);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('the smallest limit is still a card that says who and what', () => {
    expect(messageBytes(posted(2000, smallest))).toBeLessThan(smallest);
  });
});
