import { rules } from '#rules';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { applyFinding } from '../../shared/alert/lifecycle.ts';
import { envelopeVersion, NotAnEnvelope } from '../../shared/envelope.ts';
import { evaluateLicence, type EvaluateLicencePorts } from '../../shared/evaluate/evaluate-licence.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import { fingerprintOf } from '../../shared/evaluate/fingerprint.ts';
import { defineRule } from '../../shared/evaluate/rule.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { CoverageRow, LogFields } from '../../shared/ports.ts';
import { sourceNames } from '../../shared/timeline/coverage.ts';
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
import { storedAlert } from '../builders/stored-alert.ts';

const licenceLost = 'licence/licence-lost';
const failed = 'licence/licence-assignment-failed';
const e3 = assigned('ENTERPRISEPACK');
const { settingsOf } = ruleSettings(rules, {});
const settings = { rules, settingsOf, latestArrivalMinutes: 1440 };

let now: string;
let queues: MemoryQueues;
let ports: EvaluateLicencePorts;
let logged: [string, LogFields | undefined][];

function setUp(): void {
  now = '2026-02-03T10:00:00.000Z';
  queues = createMemoryQueues();
  logged = [];
  const log = (message: string, fields?: LogFields): void => void logged.push([message, fields]);
  ports = {
    timeline: createMemoryTimelineStore(),
    alerts: createMemoryAlertStore(),
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

async function evaluate(items: readonly unknown[], kind?: string): Promise<Finding[]> {
  await evaluateLicence(message(items, kind), ports, settings);
  return found();
}

/** What was found since the last look, without what never fired. */
function found(): Finding[] {
  return allFound().filter(({ episode }) => episode > 0);
}

function allFound(): Finding[] {
  return queues.take('verdicts').flatMap(({ envelope }) => {
    expect(envelope.kind).toBe('findings');
    return envelope.items as Finding[];
  });
}

function waitingUsers() {
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
async function cover(to: string, gaps: CoverageRow['gaps'] = []): Promise<void> {
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
    const findings = await evaluate([loss, failure, other, loss]);
    expect(findings.map(({ rule, subject, state }) => [rule, subject.id, state]).sort()).toEqual(
      [
        [licenceLost, alex.id, 'firing'],
        [failed, alex.id, 'firing'],
        [licenceLost, '99999999-9999-4999-8999-999999999999', 'firing'],
      ].sort(),
    );
    expect(await ports.timeline.readUser(contoso, alex.id)).toHaveLength(2);
    expect(findings.find(({ subject }) => subject.id === alex.id)).toMatchObject({
      tenantId: contoso,
      basis: 2,
      evaluatedAt: now,
      subject: { kind: 'user', name: alex.upn },
      firing: { actor: { name: adele.name } },
    });
    expect(logged).toContainEqual([
      'users evaluated',
      { stage: 'evaluate', tenantId: contoso, users: 2, findings: 4 },
    ]);
  });

  test('of a first collection say so, so that old ones are counted and not told one by one', async () => {
    const [finding] = await evaluate([licencesChanged([e3], [])], 'audit-records-of-first-collection');
    expect(finding).toMatchObject({ firstCollection: true });
    expect((await evaluate([licencesChanged([e3], [])]))[0]).not.toHaveProperty('firstCollection');
  });

  test('in any number of messages and in any order give what they give together', async () => {
    const records = [
      licencesChanged([e3], [], { at: '2026-02-03T09:15:00.000Z' }),
      licencesChanged([], [e3], { at: '2026-02-03T09:25:00.000Z' }),
      licencesChanged([e3], [], { at: '2026-02-03T09:35:00.000Z' }),
    ];
    const together = await evaluate(records);
    expect(together).toMatchObject([{ rule: licenceLost, episode: 2, state: 'firing' }]);
    for (const order of [
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    ]) {
      setUp();
      let last: Finding[] = [];
      for (const index of order) last = await evaluate([records[index]]);
      expect(last).toEqual(together);
    }
  });

  test('that cannot be read end as poison, after the others were handled', async () => {
    const run = evaluate([{ id: '' }, licencesChanged([e3], [])]);
    await expect(run).rejects.toThrow('item 1 of the message cannot be read');
    expect(found()).toMatchObject([{ rule: licenceLost, state: 'firing' }]);
  });

  test('that travel by reference are fetched', async () => {
    const large = licencesChanged([e3], [], { details: { padding: 'x'.repeat(60_000) } });
    await queues.send('evaluate-licence', contoso, 'audit-records', [large]);
    await evaluateLicence(queues.take('evaluate-licence')[0]?.envelope, ports, settings);
    expect(found()).toMatchObject([{ rule: licenceLost }]);
  });

  test('about nobody raise nothing', async () => {
    expect(await evaluate([auditRecord({ target: {} })])).toEqual([]);
    expect(waitingUsers()).toEqual([]);
  });
});

describe('a user who is named only by UPN', () => {
  const byName = { user: { upn: alex.upn } };

  test('is evaluated under the name while nothing tells his id', async () => {
    const [finding] = await evaluate([licencesChanged([e3], [], { target: byName })]);
    expect(finding?.subject).toEqual({ kind: 'user', id: alex.upn, name: alex.upn });
  });

  test('is one subject once his id is told, and what stands under the name is over', async () => {
    const [first] = await evaluate([licencesChanged([e3], [], { target: byName })]);
    await evaluateLicence(
      message([membership('added', { at: '2026-02-03T09:50:00.000Z' })]),
      ports,
      settings,
    );
    const now = allFound();
    expect(now.find(({ subject }) => subject.id === alex.id)).toMatchObject({ state: 'firing', episode: 1 });
    const old = now.find(({ fingerprint }) => fingerprint === first?.fingerprint);
    expect(old).toMatchObject({ state: 'clear', episode: 0, basis: 2, subject: { id: alex.upn } });
  });

  test('that two users have had is a subject of its own', async () => {
    const [one, two] = ['11111111-aaaa-4aaa-8aaa-111111111111', '22222222-aaaa-4aaa-8aaa-222222222222'];
    await evaluate([
      auditRecord({ activity: 'Add user', target: { user: { id: one, upn: alex.upn } } }),
      auditRecord({ activity: 'Add user', target: { user: { id: two, upn: alex.upn } } }),
    ]);
    expect(await evaluate([licencesChanged([e3], [], { target: byName })])).toMatchObject([
      { rule: licenceLost, subject: { id: alex.upn } },
    ]);
  });
});

describe('a cause that the logs may still bring', () => {
  test('is looked for again when they can no longer bring it', async () => {
    const [finding] = await evaluate([lossByService()]);
    expect(finding?.firing?.cause).toMatchObject({ kind: 'pending', settledBy: '2026-02-04T09:15:00.000Z' });
    expect(waitingUsers()).toEqual([
      {
        kind: 'users',
        items: [{ userId: alex.id, reason: 'settle', attempt: 1 }],
        delaySeconds: 23 * 3600 + 15 * 60 + 1,
      },
    ]);
  });

  test('is not said to be not logged where a part of a log is known to be missing', async () => {
    await evaluate([lossByService()]);
    const [again] = waitingUsers();
    now = '2026-02-04T09:20:00.000Z';
    const [from, to] = ['2026-02-03T10:00:00.000Z', '2026-02-03T11:00:00.000Z'];
    await cover(now, [{ from, to, reason: 'a blob could not be read' }]);
    const [finding] = await evaluate(again?.items ?? [], 'users');
    expect(finding?.firing?.cause?.kind).toBe('pending');
    expect(finding?.firing?.cause).not.toHaveProperty('settledBy');
  });

  test('is then not logged, where both logs were read', async () => {
    await evaluate([lossByService()]);
    const [again] = waitingUsers();
    now = '2026-02-04T09:20:00.000Z';
    await cover(now);
    const [finding] = await evaluate(again?.items ?? [], 'users');
    expect(finding?.firing?.cause?.kind).toBe('not-logged');
    expect(waitingUsers()).toEqual([]);
  });

  test('is asked for again, ever more seldom, where a log lags behind; in the end no more', async () => {
    await evaluate([lossByService()]);
    now = '2026-02-04T09:20:00.000Z';
    const delays: number[] = [];
    let waiting = waitingUsers();
    while (waiting[0] !== undefined && delays.length < 100) {
      await evaluate(waiting[0].items, 'users');
      waiting = waitingUsers();
      delays.push(...waiting.map(({ delaySeconds }) => delaySeconds));
    }
    expect(delays.slice(0, 3)).toEqual([60, 120, 240]);
    expect(Math.max(...delays)).toBe(7 * 24 * 3600);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(10 * 24 * 3600);
    expect(delays.length).toBeLessThan(20);
  });

  test('is not waited for twice because of a record that has nothing to do with it', async () => {
    await evaluate([lossByService()]);
    waitingUsers();
    await evaluate([membership('added', { at: '2026-02-03T09:40:00.000Z' })]);
    expect(waitingUsers()).toEqual([]);
  });

  test('is waited for once for all users of one moment', async () => {
    const users = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-1111-4111-8111-111111111111`);
    await evaluate(users.map((id) => lossByService({ id: `loss of ${id}`, target: { user: { id } } })));
    const [waiting, ...others] = waitingUsers();
    expect(waiting?.items).toMatchObject(users.map((userId) => ({ userId })));
    expect(others).toEqual([]);
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
    const [pending] = await evaluate([lossByService()]);
    await store(pending);
    waitingUsers();
    await evaluate([edited()]);
    const [again] = waitingUsers();
    expect(again).toEqual({
      kind: 'users',
      items: [{ userId: alex.id, reason: 'group', attempt: 0 }],
      delaySeconds: 0,
    });
    const [finding] = await evaluate(again?.items ?? [], 'users');
    expect(finding).toMatchObject({
      fingerprint: pending?.fingerprint,
      basis: 2,
      firing: { cause: { kind: 'group-licence-edited', group: { id: licensedUsers.id } } },
    });
    expect(waitingUsers()).toEqual([]);
  });

  test('leaves alone who has his cause, who lost it at another time, and whose alert is over', async () => {
    const known = await evaluate([licencesChanged([e3], [], { id: 'by a person' })]);
    await store(known[0]);
    const another = { user: { id: '99999999-9999-4999-8999-999999999999' } };
    const [old] = await evaluate([lossByService({ at: '2026-01-20T09:15:00.000Z', target: another })]);
    await store(old);
    waitingUsers();
    await evaluate([edited()]);
    expect(waitingUsers()).toEqual([]);
  });

  test('goes out in portions, so that a bulk change is no single piece of work', async () => {
    for (let index = 0; index < 250; index += 1) {
      const subject = { kind: 'user' as const, id: `user-${String(index)}` };
      const { cause: _, ...uncaused } = storedAlert({
        tenantId: contoso,
        subject,
        id: fingerprintOf(contoso, licenceLost, subject.id, {}),
      });
      await ports.alerts.save(uncaused, undefined);
    }
    await evaluate([edited()]);
    expect(waitingUsers().map(({ items }) => items.length)).toEqual([100, 100, 50]);
  });
});

describe('users who are to be evaluated again', () => {
  test('are evaluated once each', async () => {
    await evaluate([licencesChanged([e3], [])]);
    const again = { userId: alex.id, reason: 'settle' };
    expect(await evaluate([again, again], 'users')).toHaveLength(1);
  });

  test('who are not known give nothing', async () => {
    expect(await evaluate([{ userId: 'nobody', reason: 'settle' }], 'users')).toEqual([]);
  });

  test('that cannot be read end as poison, after the others', async () => {
    await evaluate([licencesChanged([e3], [])]);
    const run = evaluate([{ user: 'x' }, { userId: alex.id, reason: 'settle' }], 'users');
    await expect(run).rejects.toThrow('item 1 of the message cannot be read');
    expect(found()).toHaveLength(1);
  });
});

describe('a rule', () => {
  const groupRule = defineRule({
    ...(rules[0] as (typeof rules)[number]),
    id: 'licence/of-groups',
    subject: 'group',
    evaluate: () => {
      throw new Error('a user was shown to a rule about groups');
    },
  });

  test('about groups is not asked about users', async () => {
    const only = { ...settings, rules: [groupRule] };
    await evaluateLicence(message([licencesChanged([e3], [])]), ports, only);
    expect(found()).toEqual([]);
  });

  test('that throws for one user lets the others through, and the message comes again', async () => {
    const throwing = defineRule({
      ...groupRule,
      subject: 'user',
      evaluate: ({ timeline }) => {
        if (timeline.subject.id === alex.id) throw new TypeError('a defect');
        return [{ kind: 'clear', reason: 'fine', qualifiers: {} }];
      },
    });
    const other = { user: { id: '99999999-9999-4999-8999-999999999999' } };
    const run = evaluateLicence(
      message([licencesChanged([e3], []), licencesChanged([e3], [], { target: other })]),
      ports,
      {
        ...settings,
        rules: [throwing],
        settingsOf: () => ({}),
      },
    );
    await expect(run).rejects.toThrow(`user ${alex.id} could not be evaluated`);
    expect(allFound()).toMatchObject([
      { fingerprint: fingerprintOf(contoso, 'licence/of-groups', other.user.id, {}) },
    ]);
  });
});

test.each([
  ['no envelope', 'hello', NotAnEnvelope],
  ['a later version', { v: 2, tenantId: contoso, kind: 'users', items: [] }, NotAnEnvelope],
  ['another kind', message([], 'findings'), Error],
])('%s is refused, and ends as poison', async (_, body, error) => {
  await expect(evaluateLicence(body, ports, settings)).rejects.toThrow(error);
});

describe('wherever a store or queue fails once', () => {
  async function run(failure?: Failure) {
    setUp();
    const failing = failingPorts(ports, failure);
    const messages = [
      message([lossByService()]),
      message([
        groupRecord('Delete group', { id: 'deleted', at: '2026-02-03T09:10:00.000Z' }),
        membership('removed', { id: 'left', at: '2026-02-03T09:12:00.000Z' }),
      ]),
    ];
    let failures = 0;
    const last = new Map<string, Finding>();
    for (const each of messages) {
      try {
        await evaluateLicence(each, failing.ports, settings);
      } catch {
        failures += 1;
        await evaluateLicence(each, failing.ports, settings);
      }
      for (const finding of allFound()) last.set(finding.fingerprint, finding);
      const lost = [...last.values()].find(({ rule }) => rule === licenceLost);
      if (last.size > 0 && (await ports.alerts.get(contoso, lost?.fingerprint ?? '')) === undefined)
        await store(lost);
    }
    const waiting = new Set(waitingUsers().map((sent) => JSON.stringify(sent)));
    return {
      failures,
      calls: failing.calls(),
      outcome: { findings: [...last.values()], waiting: [...waiting].sort() },
    };
  }

  test('handling the message again finds the same and waits for the same', async () => {
    const undisturbed = await run();
    expect(undisturbed.outcome.findings).toMatchObject([
      { firing: { cause: { kind: 'removed-from-group' } } },
    ]);
    expect(undisturbed.outcome.waiting).toHaveLength(2);
    for (let call = 1; call <= undisturbed.calls; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const { failures, outcome } = await run({ call, moment });
        expect({ call, moment, ...outcome }).toEqual({ call, moment, ...undisturbed.outcome });
        expect(failures).toBeLessThanOrEqual(1);
      }
    }
  });
});
