import { describe, expect, test } from '@jest/globals';
import { alarmFindings, queryFindings } from './alarm-checks.ts';
import { readSources } from './sources.ts';
import { oneTenant, planted, snapshots, withoutResource } from './template.ts';

const sources = readSources('shared');

describe('the alarms', () => {
  test.each(snapshots)(
    '%s: all eight are there, go to somebody, and say what they mean and what to do',
    (_name, snapshot) => {
      expect(alarmFindings(snapshot)).toEqual([]);
    },
  );

  test.each(snapshots)('%s: they look for lines that the code writes', (_name, snapshot) => {
    expect(queryFindings(snapshot, sources)).toEqual([]);
  });
});

describe('planted mistakes', () => {
  test('an alarm that is missing, and one that nobody asked for', () => {
    expect(alarmFindings(withoutResource(oneTenant, /-queue-age$/))).toEqual(['there is no alarm queue-age']);
    expect(alarmFindings(planted(oneTenant, /-queue-age"/g, '-something-else"'))).toEqual([
      'there is no alarm queue-age',
      expect.stringMatching(/^nobody asked for the alarm .*-something-else$/),
    ]);
  });

  test('an alarm that is off', () => {
    const mistaken = planted(oneTenant, '"severity":1,"enabled":true', '"severity":1,"enabled":false');
    expect(alarmFindings(mistaken)).toEqual([expect.stringMatching(/ is off$/)]);
  });

  test.each([
    ['of the log', /"actions":\{"actionGroups":\["[^"]+"\]\}/, '"actions":{"actionGroups":[]}'],
    ['of a metric', /"actions":\[\{"actionGroupId":"[^"]+"\}\]/, '"actions":[{"actionGroupId":"theirs"}]'],
  ])('an alarm %s that goes to nobody', (_kind, right, wrong) => {
    expect(alarmFindings(planted(oneTenant, right, wrong))).toEqual([
      expect.stringMatching(/ goes to nobody$/),
    ]);
  });

  test('nobody who reads the mails', () => {
    const mistaken = planted(oneTenant, /"emailReceivers":\[[^\]]+\]/, '"emailReceivers":[]');
    expect(alarmFindings(mistaken)).toEqual([expect.stringMatching(/ reach nobody$/)]);
  });

  test('a description that nobody can act on', () => {
    const mistaken = planted(
      oneTenant,
      /"description":"(?=[^"]*tenant)(?:[^"\\]|\\.)*"/,
      '"description":"Something failed."',
    );
    expect(alarmFindings(mistaken)).toEqual([
      expect.stringMatching(/does not say what it means for the watched tenants$/),
      expect.stringMatching(/does not say what to do$/),
    ]);
  });

  test('a message that the code has under another name by now', () => {
    const renamed = sources.map(
      ([file, text]) => [file, text.replaceAll("'collection finished'", "'collection done'")] as const,
    );
    expect(queryFindings(oneTenant, renamed)).toEqual([
      expect.stringMatching(/-nothing-collected: no code writes 'collection finished'$/),
    ]);
  });

  test('one of several messages that the code has under another name', () => {
    const renamed = sources.map(
      ([file, text]) => [file, text.replaceAll("'card posted'", "'card sent'")] as const,
    );
    expect(queryFindings(oneTenant, renamed)).toEqual([
      expect.stringMatching(/-delivery: no code writes 'card posted'$/),
    ]);
  });

  test('a field that the line no longer has', () => {
    const renamed = sources.map(
      ([file, text]) => [file, text.replaceAll('waitingSeconds', 'oldestSeconds')] as const,
    );
    expect(queryFindings(oneTenant, renamed)).toEqual([
      expect.stringMatching(/-queue-age: a line with 'queue looked at' has no waitingSeconds$/),
    ]);
  });

  test('a word that no such line has', () => {
    const mistaken = planted(oneTenant, "Message has 'collect'", "Message has 'collected'");
    expect(queryFindings(mistaken, sources)).toEqual([
      expect.stringMatching(/a line with 'collection finished' does not have 'collected'$/),
    ]);
  });
});
