import { beforeAll, describe, expect, test } from '@jest/globals';
import { alarmTableFindings, timerFindings } from './alarm-table-checks.ts';
import { readRegistrations, type Registration } from './registrations.ts';
import { oneTenant, planted, snapshots } from './template.ts';

let registrations: Registration[];
beforeAll(async () => {
  registrations = await readRegistrations();
});

describe('when the alarms fire', () => {
  test.each(snapshots)('%s: each as it should', (_name, snapshot) => {
    expect(alarmTableFindings(snapshot)).toEqual([]);
  });

  test.each(snapshots)('%s: the timers are those of the app', (_name, snapshot) => {
    expect(timerFindings(snapshot, registrations)).toEqual([]);
  });
});

describe('planted mistakes', () => {
  test.each([
    ['"operator":"LessThan"', '"operator":"GreaterThan"', /-nothing-collected has another criteria$/],
    ['"threshold":1', '"threshold":0', /-nothing-collected has another criteria$/],
    ['"windowSize":"PT3H"', '"windowSize":"P1D"', /-nothing-collected has another windowSize$/],
    ['"evaluationFrequency":"PT15M"', '"evaluationFrequency":"P1D"', / has another evaluationFrequency$/],
    ['"autoMitigate":true', '"autoMitigate":false', / has another autoMitigate$/],
    ['"enabled":true,"scopes"', '"enabled":false,"scopes"', / has another enabled$/],
    ['"query":"AppTraces', '"query":"traces', /-poison reads traces, not AppTraces$/],
    ['"query":"AppRequests', '"query":"requests', /-failures reads requests, not AppRequests$/],
    ['"query":"let told = AppTraces', '"query":"let told = traces', /-delivery reads traces, not AppTraces$/],
    ['"query":"_LogOperation', '"query":"Operation', /-log-limit reads Operation, not _LogOperation$/],
    ['| extend queue =', '| extend line2 =', /-queue-age has no column queue in the end$/],
    ['failures = count() by functionName', 'failures = count() by Name', /-failures has no column functionN/],
    ['"name":"queue","operator"', '"name":"Queue","operator"', /-queue-age has another criteria$/],
    ['"values":["AuthorizationError"]', '"values":["Forbidden"]', /-storage-refused has another criteria$/],
    ['"windowSize":"PT6H"', '"windowSize":"PT15M"', /-storage-refused has another windowSize$/],
    ['"threshold":60', '"threshold":6000', /-storage-refused has another criteria$/],
  ])('%s becomes %s', (right, wrong, finding) => {
    expect(alarmTableFindings(planted(oneTenant, right, wrong))).toEqual([expect.stringMatching(finding)]);
  });

  test('a timer that the alarm takes for the reader of a queue', () => {
    const mistaken = planted(oneTenant, "'schedule-collection', 'report-poison'", "'schedule-collection'");
    expect(timerFindings(mistaken, registrations)).toEqual([
      expect.stringMatching(/takes schedule-collection for the timers, and they are /),
    ]);
  });
});
