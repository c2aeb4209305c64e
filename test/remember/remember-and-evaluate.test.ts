import { rules } from '#rules';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { applyFinding } from '../../shared/alert/lifecycle.ts';
import { envelopeVersion, NotAnEnvelope } from '../../shared/envelope.ts';
import { createAwaitingCause, createOpenAlerts } from '../../shared/alert/alert-looks.ts';
import type { AlertStore } from '../../shared/alert/alert-store.ts';
import type { CoverageStore } from '../../shared/coverage/coverage-store.ts';
import { type EvaluatePorts, evaluateSubjects } from '../../shared/evaluate/evaluate-subjects.ts';
import { recordSignals, type RememberPorts } from '../../shared/remember/record-signals.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import { fingerprintOf } from '../../shared/evaluate/fingerprint.ts';
import { defineRule, type Rule } from '../../shared/rules/rule.ts';
import { z } from 'zod';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import type { LogFields } from '../../shared/ports.ts';
import { sourceNames } from '../../shared/coverage/coverage.ts';
import { alex, contoso, licensedUsers } from '../builders/audit-event.ts';
import {
  adele,
  assigned,
  auditRecord,
  groupRecord,
  licencesChanged,
  licensingService,
  membership,
} from '../builders/audit-record.ts';
import { type Failure, failingPorts } from '../builders/failing-ports.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryQueues, type MemoryQueues } from '../builders/memory-queues.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { rowsSeen } from '../builders/finding.ts';
import { storedAlert } from '../builders/stored-alert.ts';

const licenceLost = 'licence/licence-lost';
const failed = 'licence/licence-assignment-failed';
const e3 = assigned('ENTERPRISEPACK');
const { settingsOf } = ruleSettings(rules, {});
const settings = { rules, settingsOf, latestArrivalMinutes: 1440, program: 'test' };

interface Stores {
  alerts: AlertStore;
  coverage: CoverageStore;
}
type Ports = RememberPorts & EvaluatePorts & Stores;

let now: string;
let queues: MemoryQueues;
let ports: Ports;
let logged: [string, LogFields | undefined][];

function setUp(): void {
  now = '2026-02-03T10:00:00.000Z';
  queues = createMemoryQueues();
  logged = [];
  const log = (message: string, fields?: LogFields): void => void logged.push([message, fields]);
  const alerts = createMemoryAlertStore();
  ports = {
    timeline: createMemoryTimelineStore(),
    snapshots: createMemorySnapshotStore(),
    alerts,
    openAlerts: createOpenAlerts(alerts),
    awaitingCause: createAwaitingCause(alerts),
    coverage: createMemoryCoverageStore(),
    queues,
    oversize: queues,
    clock: { now: () => new Date(now) },
    log: { info: log, warn: log, error: log },
  };
}
beforeEach(setUp);

function message(items: readonly unknown[], kind = 'audit-records'): unknown {
  return { v: envelopeVersion, tenantId: contoso, kind, items };
}

/** Stores the records and evaluates whom they concern, as long as nothing has to be waited for. */
async function receive(
  items: readonly unknown[],
  kind?: string,
  { again = false, with: used = settings }: { again?: boolean; with?: typeof settings } = {},
): Promise<Finding[]> {
  const failures: unknown[] = [];
  await recordSignals(message(items, kind), again, ports, used).catch((error: unknown) =>
    failures.push(error),
  );
  for (const { envelope, delaySeconds } of queues.take('evaluate-licence')) {
    if (delaySeconds > 0) {
      await queues.send('evaluate-licence', contoso, envelope.kind, envelope.items, { delaySeconds });
    } else {
      await evaluateSubjects('licence', envelope, false, ports, used).catch((error: unknown) =>
        failures.push(error),
      );
    }
  }
  if (failures.length > 0) throw failures[0];
  return found();
}

async function evaluate(items: readonly unknown[]): Promise<Finding[]> {
  await evaluateSubjects('licence', message(items, 'subjects'), false, ports, settings);
  return found();
}

/** What was found since the last look, without what never fired. */
function found(): Finding[] {
  return allFound().filter(({ episode = 0 }) => episode > 0);
}

function allFound(): Finding[] {
  return queues.take('verdicts').flatMap(({ envelope }) => {
    expect(envelope.kind).toBe('findings');
    return envelope.items as Finding[];
  });
}

function waitingSubjects() {
  return queues.take('evaluate-licence').map(({ envelope, delaySeconds }) => ({
    kind: envelope.kind,
    items: envelope.items,
    delaySeconds,
  }));
}

async function store(finding: Finding | undefined): Promise<void> {
  const decision = finding && applyFinding(finding, undefined, now);
  if (decision?.kind !== 'changed') throw new Error('the finding opens an alert');
  await ports.alerts.save(decision.alert, undefined);
}

/** Both logs read from the first of February up to `to`. */
async function cover(to: string, gaps: LogCoverageRow['gaps'] = []): Promise<void> {
  for (const source of sourceNames) {
    const windows = [{ from: '2026-02-01T00:00:00.000Z', to }];
    const version = (await ports.coverage.read(contoso, source))?.version;
    const row = { tenantId: contoso, source, run: 1, first: false, windows, gaps };
    await ports.coverage.save(row, version);
  }
}

const lossByService = (overrides: Partial<AuditRecord> = {}): AuditRecord =>
  licencesChanged([e3], [], { id: 'loss', actor: licensingService, ...overrides });

describe('audit records', () => {
  test('are stored, and every user of whom they speak is evaluated once', async () => {
    const loss = licencesChanged([e3], [], { at: '2026-02-03T09:15:00.000Z' });
    const failure = auditRecord({
      outcome: 'failure',
      reason: 'No units of ENTERPRISEPACK',
      at: '2026-02-03T09:20:00.000Z',
    });
    const other = licencesChanged([e3], [], {
      target: { user: { id: '99999999-9999-4999-8999-999999999999' } },
    });
    const findings = await receive([loss, failure, other, loss]);
    expect(findings.map(({ rule, subject, state }) => [rule, subject.id, state]).sort()).toEqual(
      [
        [licenceLost, alex.id, 'firing'],
        [failed, alex.id, 'firing'],
        [licenceLost, '99999999-9999-4999-8999-999999999999', 'firing'],
      ].sort(),
    );
    expect((await ports.timeline.readSubject(contoso, { kind: 'user', id: alex.id })).records).toHaveLength(
      2,
    );
    expect(findings.find(({ subject }) => subject.id === alex.id)).toMatchObject({
      tenantId: contoso,
      basis: rowsSeen(2),
      evaluatedAt: now,
      subject: { kind: 'user', name: alex.upn },
      firing: { actor: { name: adele.name } },
    });
    expect(logged).toContainEqual([
      'subjects evaluated',
      { stage: 'evaluate', tenantId: contoso, family: 'licence', subjects: 2, findings: 4 },
    ]);
  });

  test('of a first collection say so, so that old ones are counted and not told one by one', async () => {
    const [finding] = await receive([licencesChanged([e3], [])], 'audit-records-of-first-collection');
    expect(finding).toMatchObject({ firstCollection: true });
    expect(
      (await receive([licencesChanged([e3], [], { at: '2026-02-03T09:31:00.000Z' })]))[0],
    ).not.toHaveProperty('firstCollection');
  });

  test('in any number of messages and in any order give what they give together', async () => {
    const records = [
      licencesChanged([e3], [], { at: '2026-02-03T09:15:00.000Z' }),
      licencesChanged([], [e3], { at: '2026-02-03T09:25:00.000Z' }),
      licencesChanged([e3], [], { at: '2026-02-03T09:35:00.000Z' }),
    ];
    const together = await receive(records);
    expect(together).toMatchObject([{ rule: licenceLost, episode: 2, state: 'firing' }]);
    for (const order of [
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    ]) {
      setUp();
      let last: Finding[] = [];
      for (const index of order) last = await receive([records[index]]);
      expect(last).toEqual(together);
    }
  });

  test('that cannot be read end as poison, after the others were handled', async () => {
    const run = receive([{ id: '' }, licencesChanged([e3], [])]);
    await expect(run).rejects.toThrow('item 1 of the message cannot be read');
    expect(found()).toMatchObject([{ rule: licenceLost, state: 'firing' }]);
  });

  test('that travel by reference are fetched', async () => {
    const large = licencesChanged([e3], [], { details: { padding: 'x'.repeat(60_000) } });
    await queues.send('signals', contoso, 'audit-records', [large]);
    const items = queues.take('signals')[0]?.envelope.items ?? [];
    expect(await receive(items)).toMatchObject([{ rule: licenceLost }]);
  });

  test('about nobody raise nothing', async () => {
    expect(await receive([auditRecord({ target: {} })])).toEqual([]);
    expect(waitingSubjects()).toEqual([]);
  });
});

describe('a user who is named only by UPN', () => {
  const byName = { user: { upn: alex.upn } };

  test('is evaluated under the name while nothing tells his id', async () => {
    const [finding] = await receive([licencesChanged([e3], [], { target: byName })]);
    expect(finding?.subject).toEqual({ kind: 'user', id: alex.upn, name: alex.upn });
  });

  test('is one subject once his id is told, and what stands under the name is over', async () => {
    const [first] = await receive([licencesChanged([e3], [], { target: byName })]);
    await recordSignals(
      message([membership('added', { at: '2026-02-03T09:50:00.000Z' })]),
      false,
      ports,
      settings,
    );
    for (const { items } of waitingSubjects()) {
      await evaluateSubjects('licence', message(items, 'subjects'), false, ports, settings);
    }
    const now = allFound();
    expect(now.find(({ subject }) => subject.id === alex.id)).toMatchObject({ state: 'firing', episode: 1 });
    const old = now.find(({ fingerprint }) => fingerprint === first?.fingerprint);
    expect(old).toMatchObject({ state: 'clear', episode: 0, subject: { id: alex.upn } });
    // The rows of another timeline say nothing of this one.
    expect(old?.basis).toEqual({ names: [], versions: {} });
  });

  test('that two users have had is a subject of its own', async () => {
    const [one, two] = ['11111111-aaaa-4aaa-8aaa-111111111111', '22222222-aaaa-4aaa-8aaa-222222222222'];
    await receive([
      auditRecord({ activity: 'Add user', target: { user: { id: one, upn: alex.upn } } }),
      auditRecord({ activity: 'Add user', target: { user: { id: two, upn: alex.upn } } }),
    ]);
    expect(await receive([licencesChanged([e3], [], { target: byName })])).toMatchObject([
      { rule: licenceLost, subject: { id: alex.upn } },
    ]);
  });
});

describe('a timeline whose older records were deleted', () => {
  const lossAt = (at: string) => licencesChanged([e3], [], { at });
  const forgotten = () => {
    const readSubject = ports.timeline.readSubject.bind(ports.timeline);
    ports.timeline.readSubject = async (...asked) => ({
      ...(await readSubject(...asked)),
      forgottenUntil: '2025-01-01T00:00:00.000Z',
    });
  };

  test('opens nothing of long ago, what its records told may have made it nothing; news is told', async () => {
    forgotten();
    expect(await receive([lossAt('2025-06-01T00:00:00.000Z')])).toEqual([]);
    expect(await receive([lossAt('2026-02-01T00:00:00.000Z')])).toMatchObject([
      { rule: licenceLost, state: 'firing' },
    ]);
  });

  test('goes on with what is open', async () => {
    const [told] = await receive([lossAt('2025-06-01T00:00:00.000Z')]);
    if (told === undefined) throw new Error('the loss was not told');
    await ports.alerts.save(
      storedAlert({ id: told.fingerprint, tenantId: contoso, rule: licenceLost, subject: told.subject }),
      undefined,
    );
    forgotten();
    expect(await receive([lossAt('2025-06-01T00:00:00.000Z')], undefined, { again: true })).toMatchObject([
      { fingerprint: told.fingerprint, state: 'firing' },
    ]);
  });
});

describe('a record that was stored before', () => {
  test('by another message concerns nobody: it was said then', async () => {
    const loss = licencesChanged([e3], []);
    expect(await receive([loss])).toHaveLength(1);
    await recordSignals(message([loss]), false, ports, settings);
    expect(waitingSubjects()).toEqual([]);
  });

  test('by this message, which was broken off, concerns all of whom it speaks', async () => {
    const loss = licencesChanged([e3], []);
    await ports.timeline.insert(contoso, [loss]);
    expect(await receive([loss], undefined, { again: true })).toHaveLength(1);
  });

  test('beside one that fits nowhere is stored and said all the same, and the message ends as poison', async () => {
    const insert = ports.timeline.insert.bind(ports.timeline);
    ports.timeline.insert = async (...given) => ({ ...(await insert(...given)), tooLarge: 1 });
    await expect(recordSignals(message([licencesChanged([e3], [])]), false, ports, settings)).rejects.toThrow(
      'too large to be stored',
    );
    expect(waitingSubjects()).toMatchObject([{ items: [{ kind: 'user' }] }]);
  });

  test('and comes back from poison concerns all of whom it speaks', async () => {
    const loss = licencesChanged([e3], []);
    await ports.timeline.insert(contoso, [loss]);
    const replayed = { ...(message([loss]) as object), replayed: true };
    await recordSignals(replayed, false, ports, settings);
    expect(waitingSubjects()).toMatchObject([{ items: [{ kind: 'user', id: alex.id, why: 'record' }] }]);
  });

  test('beside new ones leaves alone who has nothing new', async () => {
    const another = { user: { id: '99999999-9999-4999-8999-999999999999' } };
    const loss = licencesChanged([e3], []);
    await receive([loss]);
    await recordSignals(
      message([loss, licencesChanged([e3], [], { id: 'new', target: another })]),
      false,
      ports,
      settings,
    );
    expect(waitingSubjects().flatMap(({ items }) => items)).toMatchObject([{ id: another.user.id }]);
  });
});

describe('a cause that the logs may still bring', () => {
  const settledBy = '2026-02-04T09:15:00.000Z';
  const look = '2026-02-04T09:30:00.000Z';
  const lastLook = '2026-02-10T09:30:00.000Z';

  test('is looked for when they must have brought it, for which they get some minutes', async () => {
    const [finding] = await receive([lossByService()]);
    expect(finding?.firing?.cause).toMatchObject({ kind: 'pending', settledBy });
    expect(waitingSubjects()).toEqual([
      {
        kind: 'subjects',
        items: [{ kind: 'user', id: alex.id, why: 'time', at: look }],
        delaySeconds: 23.5 * 3600 + 1,
      },
    ]);
  });

  test('is not said to be not logged where a part of a log is known to be missing', async () => {
    await receive([lossByService()]);
    const [again] = waitingSubjects();
    now = look;
    const [from, to] = ['2026-02-03T10:00:00.000Z', '2026-02-03T11:00:00.000Z'];
    await cover(now, [{ from, to, reason: 'a blob could not be read' }]);
    const [finding] = await evaluate(again?.items ?? []);
    expect(finding?.firing?.cause?.kind).toBe('pending');
    expect(finding?.firing?.cause).not.toHaveProperty('settledBy');
  });

  test('is then not logged, where both logs were read', async () => {
    await receive([lossByService()]);
    const [again] = waitingSubjects();
    now = look;
    await cover(now);
    const [finding] = await evaluate(again?.items ?? []);
    expect(finding?.firing?.cause).toMatchObject({ kind: 'not-logged', confidence: 'likely' });
    const [last] = waitingSubjects();
    now = new Date(Date.parse(now) + (last?.delaySeconds ?? 0) * 1000).toISOString();
    await cover(now);
    const [certain] = await evaluate(last?.items ?? []);
    expect(certain?.firing?.cause).toMatchObject({ kind: 'not-logged', confidence: 'certain' });
    expect(waitingSubjects()).toEqual([]);
  });

  test('is asked for twice by time, however long a log lags behind, and then no more', async () => {
    await receive([lossByService()]);
    const asked: string[] = [];
    for (let waiting = waitingSubjects(); waiting[0] !== undefined; waiting = waitingSubjects()) {
      now = new Date(Date.parse(now) + waiting[0].delaySeconds * 1000).toISOString();
      asked.push(now);
      await evaluate(waiting[0].items);
      expect(asked.length).toBeLessThan(10);
    }
    const second = (at: string): string => new Date(Date.parse(at) + 1000).toISOString();
    expect(asked).toEqual([second(look), second(lastLook)]);
  });

  test('is asked for once more when the log that was missing has been read at last', async () => {
    const [finding] = await receive([lossByService()]);
    await store(finding);
    waitingSubjects();
    now = '2026-02-07T09:00:00.000Z';
    await cover(now);
    await recordSignals(message([], 'coverage-regained'), false, ports, settings);
    const [again] = waitingSubjects();
    expect(again?.items).toEqual([{ kind: 'user', id: alex.id, why: 'coverage' }]);
    expect((await evaluate(again?.items ?? []))[0]?.firing?.cause?.kind).toBe('not-logged');
  });

  test('is waited for once, however many records come meanwhile', async () => {
    await receive([lossByService()]);
    waitingSubjects();
    for (let minute = 10; minute < 20; minute += 1) {
      await receive([
        membership('added', { id: `m${String(minute)}`, at: `2026-02-03T09:${String(minute)}:30.000Z` }),
      ]);
    }
    expect(waitingSubjects()).toEqual([]);
  });

  test('a look of which another came before it is no work', async () => {
    await receive([lossByService()]);
    waitingSubjects();
    expect(await evaluate([{ kind: 'user', id: alex.id, why: 'time', at: lastLook }])).toEqual([]);
  });
});

describe('the record of a group', () => {
  const edited = (overrides: Partial<AuditRecord> = {}): AuditRecord =>
    groupRecord('Set group license', {
      at: '2026-02-03T09:14:00.000Z',
      change: [{ property: 'AssignedLicense', before: [e3], after: [] }],
      ...overrides,
    });

  test('has everybody evaluated again whose open loss still lacks its cause, and it is then found', async () => {
    const [pending] = await receive([lossByService()]);
    await store(pending);
    waitingSubjects();
    const [finding] = await receive([edited()]);
    expect(finding).toMatchObject({
      fingerprint: pending?.fingerprint,
      basis: rowsSeen(1),
      firing: { cause: { kind: 'group-licence-edited', group: { id: licensedUsers.id } } },
    });
    expect(waitingSubjects()).toEqual([]);
  });

  test('leaves alone who has his cause, who lost it at another time, and whose alert is over', async () => {
    const known = await receive([licencesChanged([e3], [], { id: 'by a person' })]);
    await store(known[0]);
    const another = { user: { id: '99999999-9999-4999-8999-999999999999' } };
    const [old] = await receive([lossByService({ at: '2026-01-20T09:15:00.000Z', target: another })]);
    await store(old);
    waitingSubjects();
    expect(await receive([edited()])).toEqual([]);
    expect(waitingSubjects()).toEqual([]);
  });

  test('that gave nothing of what is missing, and in which nobody was, leaves everybody alone', async () => {
    const visio = assigned('VISIOCLIENT');
    const people = Array.from({ length: 100 }, (_, index) => `user-${String(index)}`);
    for (const id of people) {
      const [lost] = await receive([lossByService({ id: `loss of ${id}`, target: { user: { id } } })]);
      await store(lost);
    }
    waitingSubjects();
    const unrelated = Array.from({ length: 20 }, (_, index) =>
      edited({
        id: `edit ${String(index)}`,
        target: { group: { id: `group-${String(index)}` } },
        change: [{ property: 'AssignedLicense', before: [visio], after: [] }],
      }),
    );
    await recordSignals(message(unrelated), false, ports, settings);
    expect(waitingSubjects()).toEqual([]);
  });

  test('is not read again and again because of a loss that healed long ago, and the cause that was found stays', async () => {
    let windows = 0;
    const read = ports.timeline.readGroupLicensing.bind(ports.timeline);
    ports.timeline.readGroupLicensing = (tenantId, asked) => {
      windows += asked.length;
      return read(tenantId, asked);
    };
    await receive([
      edited({ at: '2026-01-01T09:00:00.000Z' }),
      lossByService({ at: '2026-01-01T09:01:00.000Z' }),
      licencesChanged([], [e3], { id: 'back', at: '2026-01-02T09:00:00.000Z' }),
    ]);
    const [known] = await receive([membership('added', { id: 'm1', at: '2026-02-01T09:00:00.000Z' })]);
    expect(known).toMatchObject({ state: 'clear', firing: { cause: { kind: 'group-licence-edited' } } });
    windows = 0;
    const [later] = await receive([membership('added', { id: 'm2', at: '2026-02-02T09:00:00.000Z' })]);
    expect(windows).toBe(0);
    expect(later).toMatchObject({ state: 'clear', firing: { cause: { kind: 'group-licence-edited' } } });
  });

  test('is read around a loss that still stands, and not for all the time since', async () => {
    const asked: { from: string; to: string }[] = [];
    const read = ports.timeline.readGroupLicensing.bind(ports.timeline);
    ports.timeline.readGroupLicensing = (tenantId, windows) => {
      asked.push(...windows);
      return read(tenantId, windows);
    };
    await receive([lossByService({ at: '2026-01-10T09:00:00.000Z' })]);
    await receive([membership('added', { id: 'm1', at: '2026-02-02T09:00:00.000Z' })]);
    expect(new Set(asked.map(({ from, to }) => `${from} ${to}`))).toEqual(
      new Set(['2026-01-09T09:00:00.000Z 2026-01-11T09:00:00.000Z']),
    );
  });

  test('names each user once, however many records came, and in portions', async () => {
    for (let index = 0; index < 40; index += 1) {
      const subject = { kind: 'user' as const, id: `user-${String(index)}`, name: 'x' };
      const { cause: _, ...uncaused } = storedAlert({
        tenantId: contoso,
        subject,
        id: fingerprintOf(contoso, licenceLost, subject.id, {}),
      });
      await ports.alerts.save(uncaused, undefined);
    }
    const often = [edited(), edited({ id: 'again', at: '2026-02-03T09:14:30.000Z' })];
    await recordSignals(message(often), false, ports, settings);
    expect(waitingSubjects().map(({ items }) => items.length)).toEqual([15, 15, 10]);
  });
});

describe('subjects who are to be evaluated', () => {
  const again = { kind: 'user', id: alex.id, why: 'coverage' };

  test('are evaluated once each', async () => {
    await receive([licencesChanged([e3], [])]);
    expect(await evaluate([again, again])).toHaveLength(1);
  });

  test('who are not known give nothing', async () => {
    expect(await evaluate([{ ...again, id: 'nobody' }])).toEqual([]);
  });

  test('that cannot be read end as poison, after the others', async () => {
    await receive([licencesChanged([e3], [])]);
    const run = evaluate([{ user: 'x' }, again]);
    await expect(run).rejects.toThrow('item 1 of the message cannot be read');
    expect(found()).toHaveLength(1);
  });
});

describe('a rule', () => {
  const groupRule = defineRule({
    title: 'Of groups',
    severity: 'low',
    needs: ['timeline'],
    settings: z.object({}),
    runbook: [],
    reference: '',
    knownGaps: [],
    id: 'licence/of-groups',
    subject: 'group',
    evaluate: () => {
      throw new Error('a user was shown to a rule about groups');
    },
  });

  test('about groups is asked about groups, of the family that its folder names', async () => {
    const onGroups: Rule = {
      ...groupRule,
      evaluate: ({ subject }) => [{ kind: 'clear', reason: `seen ${subject.name}`, qualifiers: {} }],
    };
    const used = { ...settings, rules: [onGroups], settingsOf: () => ({}) };
    await recordSignals(message([groupRecord('Delete group', { id: 'third' })]), false, ports, used);
    for (const { envelope } of queues.take('evaluate-licence')) {
      await evaluateSubjects('licence', envelope, false, ports, used);
    }
    expect(allFound()).toMatchObject([
      {
        rule: 'licence/of-groups',
        subject: { kind: 'group', id: licensedUsers.id, name: licensedUsers.name },
      },
    ]);
  });

  test('of another family is not run here', async () => {
    const elsewhere: Rule = { ...groupRule, id: 'operations/of-users', subject: 'user' };
    const used = { ...settings, rules: [elsewhere], settingsOf: () => ({}) };
    await recordSignals(message([licencesChanged([e3], [])]), false, ports, used);
    expect(queues.take('evaluate-licence')).toEqual([]);
    expect(queues.take('evaluate-operations')).toHaveLength(1);
  });

  test('about groups is not asked about users', async () => {
    const only = { ...settings, rules: [groupRule] };
    expect(await receive([licencesChanged([e3], [])], undefined, { with: only })).toEqual([]);
  });

  test('that throws for one user lets the others through, and the message comes again', async () => {
    const throwing: Rule = {
      ...groupRule,
      subject: 'user',
      evaluate: ({ subject }) => {
        if (subject.id === alex.id) throw new TypeError('a defect');
        return [{ kind: 'clear', reason: 'fine', qualifiers: {} }];
      },
    };
    const other = { user: { id: '99999999-9999-4999-8999-999999999999' } };
    const run = receive(
      [licencesChanged([e3], []), licencesChanged([e3], [], { target: other })],
      undefined,
      { with: { ...settings, rules: [throwing], settingsOf: () => ({}) } },
    );
    await expect(run).rejects.toThrow(`user ${alex.id} could not be evaluated`);
    expect(allFound()).toMatchObject([
      { fingerprint: fingerprintOf(contoso, 'licence/of-groups', other.user.id, {}) },
    ]);
  });
});

const refused: [string, unknown, new () => Error][] = [
  ['no envelope', 'hello', NotAnEnvelope],
  ['a later version', { v: 2, tenantId: contoso, kind: 'subjects', items: [] }, NotAnEnvelope],
  ['another kind', message([], 'findings'), Error],
];
test.each(refused)('%s is refused, and ends as poison', async (_, body, error) => {
  await expect(evaluateSubjects('licence', body, false, ports, settings)).rejects.toThrow(error);
  await expect(recordSignals(body, false, ports, settings)).rejects.toThrow(error);
});

describe('wherever a store or queue fails once', () => {
  /** What is handled again after a failure says so, as the host does by its count. */
  async function run(failure?: Failure) {
    setUp();
    const failing = failingPorts(ports, failure);
    let failures = 0;
    const twice = async (work: (again: boolean) => Promise<void>): Promise<void> => {
      try {
        await work(false);
      } catch {
        failures += 1;
        await work(true);
      }
    };
    const last = new Map<string, Finding>();
    const delayed: unknown[] = [];
    const messages = [
      message([lossByService()]),
      message([
        groupRecord('Delete group', { id: 'deleted', at: '2026-02-03T09:10:00.000Z' }),
        membership('removed', { id: 'left', at: '2026-02-03T09:12:00.000Z' }),
      ]),
    ];
    for (const each of messages) {
      await twice((again) => recordSignals(each, again, failing.ports, settings));
      for (const { envelope, delaySeconds } of queues.take('evaluate-licence')) {
        await twice(() => evaluateSubjects('licence', envelope, false, failing.ports, settings));
        expect(delaySeconds).toBe(0);
        delayed.push(...queues.take('evaluate-licence').map((sent) => JSON.stringify(sent)));
      }
      for (const finding of allFound()) last.set(finding.fingerprint, finding);
      const lost = [...last.values()].find(({ rule }) => rule === licenceLost);
      if (last.size > 0 && (await ports.alerts.get(contoso, lost?.fingerprint ?? '')) === undefined)
        await store(lost);
    }
    return {
      failures,
      calls: failing.calls(),
      outcome: { findings: [...last.values()], waiting: [...new Set(delayed)] },
    };
  }

  test('handling the message again finds the same and waits for the same', async () => {
    const undisturbed = await run();
    expect(undisturbed.outcome.findings).toMatchObject([
      { firing: { cause: { kind: 'removed-from-group' } } },
    ]);
    expect(undisturbed.outcome.waiting).toHaveLength(1);
    for (let call = 1; call <= undisturbed.calls; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const { failures, outcome } = await run({ call, moment });
        expect({ call, moment, ...outcome }).toEqual({ call, moment, ...undisturbed.outcome });
        expect(failures).toBeLessThanOrEqual(1);
      }
    }
  });
});
