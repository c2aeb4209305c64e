import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NoticeReason, StoredAlert } from '../../shared/alert/alert.ts';
import { alertFrom } from '../../shared/alert/alert-content.ts';
import { acknowledge, applyFinding, reopen, snooze, statusAt } from '../../shared/alert/lifecycle.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import type { Firing } from '../../shared/rules/verdict.ts';
import type { Cause } from '../../shared/cause/explanation.ts';
import { finding, firing, rowsSeen } from '../builders/finding.ts';

const now = '2026-02-03T09:30:00.000Z';
const later = '2026-02-03T12:00:00.000Z';
const ada = { id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'Ada' };
const acknowledged = { kind: 'acknowledge', at: later, by: ada, note: 'I call Adele' } as const;

/** Applies findings one after the other and keeps what would be stored and every reason for a notice. */
function live(
  findings: readonly Finding[],
  at = now,
): { alert: StoredAlert | undefined; told: NoticeReason[] } {
  let alert: StoredAlert | undefined;
  const told: NoticeReason[] = [];
  for (const each of findings) {
    const decision = applyFinding(each, alert, at);
    if (decision.kind !== 'changed') continue;
    alert = decision.alert;
    told.push(...decision.reasons);
  }
  return { alert, told };
}

function open(overrides: Partial<StoredAlert> = {}, from: Partial<Finding> = {}): StoredAlert {
  const alert = alertFrom(finding(from));
  if (alert === undefined) throw new Error('the finding fires');
  return { ...alert, ...overrides };
}

const pending: Cause = {
  kind: 'pending',
  evidence: [],
  confidence: 'unknown',
  settledBy: '2026-02-04T09:15:00.000Z',
  text: 'The logs may still tell.',
};

function unexplained(): Firing {
  const { actor: _, ...rest } = firing({ cause: pending });
  return rest;
}

const over = (overrides: Partial<Finding> = {}): Finding =>
  finding({
    state: 'clear',
    reason: 'it is back',
    basis: rowsSeen(2),
    resolvedAt: '2026-02-03T11:00:00.000Z',
    ...overrides,
  });

describe('an alert opens', () => {
  test('when a finding fires, with the time of the clock and the time at which it happened', () => {
    const decision = applyFinding(finding(), undefined, now);
    expect(decision).toMatchObject({
      kind: 'changed',
      reasons: ['opened'],
      alert: {
        status: 'open',
        episode: 1,
        openedAt: now,
        happenedAt: '2026-02-03T09:15:00.000Z',
        basis: rowsSeen(1),
      },
    });
  });

  test('without a notice where it is low: low is only for the digest', () => {
    expect(live([finding({ severity: 'low' })])).toMatchObject({ alert: { status: 'open' }, told: [] });
  });

  test('as already resolved, without a notice and with its own dates, where it was over before anybody saw it', () => {
    expect(live([over()])).toMatchObject({
      alert: {
        status: 'resolved',
        openedAt: '2026-02-03T09:15:00.000Z',
        resolvedAt: '2026-02-03T11:00:00.000Z',
        updatedAt: '2026-02-03T11:00:00.000Z',
      },
      told: [],
    });
  });

  test('not at all where it never fired or cannot be seen', () => {
    const { firing: _, ...silent } = finding({ state: 'clear', episode: 0 });
    expect(applyFinding(silent, undefined, now)).toEqual({ kind: 'unchanged' });
    expect(applyFinding({ ...silent, state: 'unknown' }, undefined, now)).toEqual({ kind: 'unchanged' });
  });
});

describe('in the first collection of a source', () => {
  const longAfter = '2026-02-20T00:00:00.000Z';

  test('what happened more than a day ago opens without a notice of its own', () => {
    const decision = applyFinding(finding({ firstCollection: true }), undefined, longAfter);
    expect(decision).toMatchObject({ reasons: [], alert: { status: 'open', firstSight: true } });
  });

  test('what happened today is told', () => {
    const decision = applyFinding(finding({ firstCollection: true }), undefined, now);
    expect(decision).toMatchObject({ reasons: ['opened'] });
    expect(decision).not.toHaveProperty('alert.firstSight');
  });

  test('an old alert that grows by something old stays quiet, and by something new is told', () => {
    const first = finding({ firstCollection: true });
    const grown = firing({ extent: ['a', 'b'] });
    const old = finding({ firstCollection: true, firing: grown, basis: rowsSeen(2) });
    expect(live([first, old], longAfter).told).toEqual([]);
    const evidence = [{ record: 'record-2', log: 'entra', at: '2026-02-19T23:00:00.000Z' } as const];
    const fresh = finding({ firstCollection: true, firing: { ...grown, evidence }, basis: rowsSeen(2) });
    expect(live([first, fresh], longAfter).told).toEqual(['worse']);
  });

  test('who did it is not told of what was not told', () => {
    const first = finding({ firstCollection: true, firing: unexplained() });
    const told = live([first, finding({ basis: rowsSeen(2) })], longAfter);
    expect(told).toMatchObject({ told: [], alert: { actor: { name: 'admin@contoso.com' } } });
  });

  test('after an outage, not a first collection, everything that was missed is told', () => {
    expect(live([finding()], longAfter).told).toEqual(['opened']);
  });
});

describe('law 2: less is ignored', () => {
  test('a finding from fewer records than the alert has seen', () => {
    const decision = applyFinding(over({ basis: rowsSeen(3) }), open({ basis: rowsSeen(4) }), now);
    expect(decision).toMatchObject({
      kind: 'ignored',
      reason: 'computed from less than the alert has seen',
    });
  });

  test('of two from the same records the one that was computed earlier', () => {
    const settled = finding({ evaluatedAt: '2026-02-04T10:00:00.000Z' });
    const early = finding({ evaluatedAt: '2026-02-03T10:00:00.000Z', firing: unexplained() });
    const { alert, told } = live([settled, early]);
    expect(alert?.cause?.kind).toBe('removed-directly');
    expect(told).toEqual(['opened']);
  });

  test('what a finding was computed from is remembered even where it changes nothing else', () => {
    const decision = applyFinding(finding({ basis: rowsSeen(7) }), open(), later);
    expect(decision).toEqual({ kind: 'changed', alert: open({ basis: rowsSeen(7) }), reasons: [] });
  });
});

describe('law 3: only positive evidence resolves', () => {
  test('unknown changes nothing', () => {
    expect(applyFinding(finding({ state: 'unknown', basis: rowsSeen(9) }), open(), now)).toEqual({
      kind: 'unchanged',
    });
  });

  test.each(['open', 'acknowledged', 'snoozed'] as const)('clear resolves an alert that is %s', (status) => {
    const decision = applyFinding(over(), open({ status }), later);
    expect(decision).toMatchObject({
      kind: 'changed',
      reasons: ['resolved'],
      alert: { status: 'resolved', resolvedAt: later, updatedAt: later },
    });
    expect(decision).not.toHaveProperty('alert.snoozedUntil');
  });

  test('an alert resolves where later records show that it never was', () => {
    const { firing: _, openedAt: __, ...never } = over({ episode: 0 });
    expect(applyFinding(never, open(), later)).toMatchObject({
      reasons: ['resolved'],
      alert: { status: 'resolved', title: 'adele@contoso.com lost Office 365 E3', episode: 1 },
    });
  });

  test('what is resolved is not resolved again', () => {
    expect(
      live([finding(), over(), over({ basis: rowsSeen(3) }), over({ basis: rowsSeen(4) })]).told,
    ).toEqual(['opened', 'resolved']);
  });

  test('what is low resolves silently', () => {
    expect(live([finding({ severity: 'low' }), over({ severity: 'low' })]).told).toEqual([]);
  });
});

describe('an alert that was told and has become low', () => {
  const sent = (reason: NoticeReason, sequence: number) =>
    ({
      key: `k${String(sequence)}`,
      sequence,
      channel: 'licences',
      reason,
      at: now,
      outcome: 'sent',
    }) as const;
  const told = open({ notices: [sent('opened', 1)] });
  const low = finding({ severity: 'low', firing: firing({ severity: 'low' }), basis: rowsSeen(2) });

  test.each([
    ['open', told],
    ['acknowledged', { ...told, status: 'acknowledged' as const }],
    ['snoozed', { ...told, status: 'snoozed' as const, snoozedUntil: '2026-03-01T00:00:00.000Z' }],
  ])('is told to be settled, once, where it is %s; and stays what it is', (_, stored) => {
    const settled = applyFinding(low, stored, later);
    expect(settled).toMatchObject({
      reasons: ['resolved'],
      alert: { status: stored.status, severity: 'low' },
    });
    if (settled.kind !== 'changed') throw new Error('it changes');
    const after = { ...settled.alert, notices: [sent('opened', 1), sent('resolved', 2)] };
    expect(applyFinding(low, after, later)).toEqual({ kind: 'unchanged' });
    expect(applyFinding({ ...low, basis: rowsSeen(3) }, after, later)).toMatchObject({ reasons: [] });
    expect(applyFinding(over({ severity: 'low', basis: rowsSeen(4) }), after, later)).toMatchObject({
      reasons: [],
    });
  });

  test('is told where it ends at once: the account was deleted', () => {
    expect(applyFinding(over({ severity: 'low' }), told, later)).toMatchObject({ reasons: ['resolved'] });
  });

  test('is told where one episode gave way to another that is low', () => {
    expect(applyFinding({ ...low, episode: 2 }, told, later)).toMatchObject({ reasons: ['resolved'] });
  });

  test('is told again where it is more after all', () => {
    const after = open({ ...told, severity: 'low', notices: [sent('opened', 1), sent('resolved', 2)] });
    expect(applyFinding(finding({ basis: rowsSeen(3) }), after, later)).toMatchObject({ reasons: ['worse'] });
  });

  test('is told to nobody who was told nothing: where nothing was sent, or its channel refused it', () => {
    expect(applyFinding(low, open(), later)).toMatchObject({ reasons: [] });
    const refused = open({ notices: [{ ...sent('opened', 1), outcome: 'refused' }] });
    expect(applyFinding(low, refused, later)).toMatchObject({ reasons: [] });
  });
});

describe('law 4: episodes', () => {
  const back = finding({ episode: 2, basis: rowsSeen(3) });

  test('firing, clear, firing is two openings and one resolve', () => {
    const { alert, told } = live([finding(), over(), back]);
    expect(told).toEqual(['opened', 'resolved', 'reopened']);
    expect(alert).toMatchObject({ status: 'open', episode: 2, id: finding().fingerprint });
    expect(alert).not.toHaveProperty('resolvedAt');
  });

  test('what comes anew opens an acknowledged alert again, where the rule says that it is another matter', () => {
    const more = (extent: string[], rows: number, others: Partial<Firing> = {}) =>
      finding({ firing: firing({ extent, moreIsNew: true, ...others }), basis: rowsSeen(rows) });
    const acknowledged = open(
      { status: 'acknowledged' },
      { firing: firing({ extent: ['m1'], moreIsNew: true }) },
    );
    const fewer = applyFinding(more(['m1'], 2, { title: 'fewer' }), acknowledged, later);
    expect(fewer).toMatchObject({ reasons: [], alert: { status: 'acknowledged', title: 'fewer' } });
    const told = applyFinding(more(['m2'], 2), acknowledged, later);
    expect(told).toMatchObject({ reasons: ['worse'], alert: { status: 'open', episode: 1, extent: ['m2'] } });
    const again = applyFinding(more(['m3'], 3), told.kind === 'changed' ? told.alert : undefined, later);
    expect(again).toMatchObject({ reasons: ['worse'], alert: { status: 'open' } });
  });

  test('what comes anew while an alert sleeps is told once the snooze has ended', () => {
    const tomorrow = '2026-02-04T09:00:00.000Z';
    const more = (rows: number) =>
      finding({ firing: firing({ extent: ['m2'], moreIsNew: true }), basis: rowsSeen(rows) });
    const asleep = open(
      { status: 'snoozed', snoozedUntil: tomorrow },
      { firing: firing({ extent: ['m1'] }) },
    );
    const quiet = applyFinding(more(2), asleep, later);
    expect(quiet).toMatchObject({ reasons: [], alert: { status: 'snoozed', extent: ['m1'] } });
    const awake = applyFinding(more(3), quiet.kind === 'changed' ? quiet.alert : undefined, tomorrow);
    expect(awake).toMatchObject({ reasons: ['worse'], alert: { extent: ['m2'] } });
  });

  test('an acknowledgement is for its episode: what fires again is open', () => {
    const decision = applyFinding(back, open({ status: 'acknowledged', commands: [acknowledged] }), later);
    expect(decision).toMatchObject({ reasons: ['reopened'], alert: { status: 'open', openedAt: later } });
    // Who had looked after it before is still there to be asked.
    expect(decision).toMatchObject({ alert: { commands: [acknowledged] } });
  });

  test('the episode never goes down, so that its notices are never taken for those of another', () => {
    const resolved = open({ status: 'resolved', episode: 4, resolvedAt: now, basis: rowsSeen(2) });
    expect(applyFinding(back, resolved, later)).toMatchObject({
      alert: { episode: 5 },
      reasons: ['reopened'],
    });
    expect(live([finding({ episode: 3 }), finding({ episode: 1, basis: rowsSeen(2) })]).alert?.episode).toBe(
      3,
    );
  });

  test('a whole episode that nobody saw is kept with its dates', () => {
    const unseen = over({
      episode: 2,
      basis: rowsSeen(4),
      openedAt: '2026-02-05T01:00:00.000Z',
      resolvedAt: '2026-02-05T02:00:00.000Z',
    });
    expect(live([finding(), over(), unseen])).toMatchObject({
      told: ['opened', 'resolved'],
      alert: {
        episode: 2,
        openedAt: '2026-02-05T01:00:00.000Z',
        resolvedAt: '2026-02-05T02:00:00.000Z',
      },
    });
  });
});

describe('an open alert is told again', () => {
  test('when something is missing that was not before', () => {
    const worse = finding({
      basis: rowsSeen(2),
      firing: firing({ extent: [...firing().extent, 'another'] }),
    });
    expect(applyFinding(worse, open(), later)).toMatchObject({
      reasons: ['worse'],
      alert: { updatedAt: later, openedAt: '2026-02-03T09:15:00.000Z' },
    });
  });

  test('when it is more severe, and not when it is less', () => {
    expect(live([finding({ severity: 'medium' }), finding({ basis: rowsSeen(2) })]).told).toEqual([
      'opened',
      'worse',
    ]);
    expect(live([finding(), finding({ severity: 'medium', basis: rowsSeen(2) })]).told).toEqual(['opened']);
  });

  test('not when a part of it is back', () => {
    const better = finding({ basis: rowsSeen(2), firing: firing({ extent: [] }) });
    expect(live([finding(), better])).toMatchObject({ told: ['opened'], alert: { extent: [] } });
  });

  test('when it becomes known who did it, once an episode', () => {
    const first = finding({ firing: unexplained() });
    const known = finding({ basis: rowsSeen(2) });
    const forgotten = finding({ basis: rowsSeen(3), firing: unexplained() });
    const again = finding({ basis: rowsSeen(4) });
    expect(live([first, known, forgotten, again])).toMatchObject({
      told: ['opened', 'attributed'],
      alert: { attributedEpisode: 1 },
    });
    const second = [
      over({ basis: rowsSeen(5) }),
      finding({ basis: rowsSeen(6), episode: 2, firing: unexplained() }),
    ];
    expect(live([first, known, ...second, finding({ basis: rowsSeen(7), episode: 2 })]).told).toEqual([
      'opened',
      'attributed',
      'resolved',
      'reopened',
      'attributed',
    ]);
  });

  test('not when all that becomes known is that no log tells it', () => {
    const first = finding({ firing: unexplained() });
    const { settledBy: _, ...rest } = pending;
    const notLogged = { ...unexplained(), cause: { ...rest, kind: 'not-logged' as const } };
    expect(live([first, finding({ basis: rowsSeen(2), firing: notLogged })])).toMatchObject({
      told: ['opened'],
      alert: { cause: { kind: 'not-logged' } },
    });
  });

  test('not while somebody looks after it, also where it gets worse; and it stays his', () => {
    const acknowledged = open({ status: 'acknowledged' }, { firing: unexplained() });
    const known = applyFinding(finding({ basis: rowsSeen(2) }), acknowledged, later);
    expect(known).toMatchObject({ reasons: [], alert: { status: 'acknowledged' } });
    const worse = finding({
      basis: rowsSeen(2),
      severity: 'critical',
      firing: firing({ extent: ['a', 'b'] }),
    });
    expect(applyFinding(worse, acknowledged, later)).toMatchObject({
      reasons: [],
      alert: { status: 'acknowledged', severity: 'critical', extent: ['a', 'b'] },
    });
    expect(applyFinding(over({ basis: rowsSeen(3) }), acknowledged, later)).toMatchObject({
      reasons: ['resolved'],
    });
  });

  test('not before its snooze is over', () => {
    const snoozed = open({ status: 'snoozed', snoozedUntil: '2026-02-04T00:00:00.000Z' });
    const worse = finding({ basis: rowsSeen(2), firing: firing({ extent: ['a', 'b'] }) });
    expect(applyFinding(worse, snoozed, later)).toMatchObject({ reasons: [] });
    expect(applyFinding(worse, snoozed, '2026-02-04T00:00:00.000Z')).toMatchObject({ reasons: ['worse'] });
  });

  test('when who was named first turns out to be somebody else, once an episode', () => {
    const by = (name: string, basis: number): Finding =>
      finding({ basis: rowsSeen(basis), firing: firing({ actor: { kind: 'user', name } }) });
    const first = by('guessed@contoso.com', 1);
    expect(live([first, by('GUESSED@contoso.com', 2)]).told).toEqual(['opened']);
    expect(live([first, by('admin@contoso.com', 2)])).toMatchObject({
      told: ['opened', 'attributed'],
      alert: { actor: { name: 'admin@contoso.com' } },
    });
    expect(live([first, by('admin@contoso.com', 2), by('other@contoso.com', 3)]).told).toEqual([
      'opened',
      'attributed',
    ]);
  });

  test('not because one log names him by id and the other by name', () => {
    const byId = finding({ firing: firing({ actor: { kind: 'user', id: 'id-1' } }) });
    const byName = finding({
      basis: rowsSeen(2),
      firing: firing({ actor: { kind: 'user', name: 'admin@contoso.com' } }),
    });
    expect(live([byId, byName]).told).toEqual(['opened']);
  });

  test('when it was not the group that was named first, or not a group at all', () => {
    const cause = (kind: Cause['kind'], group?: string): Cause => ({
      kind,
      evidence: [],
      confidence: 'likely',
      text: 'Removed.',
      ...(group === undefined ? {} : { group: { id: group, name: group } }),
    });
    const because = (basis: number, why: Cause): Finding =>
      finding({ basis: rowsSeen(basis), firing: firing({ cause: why }) });
    const guess = because(1, cause('removed-from-group', 'sales'));
    expect(live([guess, because(2, cause('removed-from-group', 'sales'))]).told).toEqual(['opened']);
    for (const right of [cause('removed-from-group', 'research'), cause('removed-directly')]) {
      expect(live([guess, because(2, right)]).told).toEqual(['opened', 'attributed']);
    }
  });

  test('not as a correction where something else was lost for another reason', () => {
    const another = firing({ extent: ['another'], actor: { kind: 'user', name: 'other@contoso.com' } });
    expect(live([finding(), finding({ basis: rowsSeen(2), firing: another })]).told).toEqual([
      'opened',
      'worse',
    ]);
  });

  test('with a cause that is no longer true left out', () => {
    const { alert } = live([finding(), finding({ basis: rowsSeen(2), firing: unexplained() })]);
    expect(alert).not.toHaveProperty('actor');
    expect(alert?.cause?.kind).toBe('pending');
  });
});

describe('an alert of replay', () => {
  test('was updated when it got worse, not when it opened', () => {
    const evidence = [
      { record: 'record-1', log: 'entra', at: '2026-02-03T09:15:00.000Z' } as const,
      { record: 'record-2', log: 'entra', at: '2026-02-05T10:00:00.000Z' } as const,
    ];
    expect(open({}, { firing: firing({ evidence }) })).toMatchObject({
      openedAt: '2026-02-03T09:15:00.000Z',
      updatedAt: '2026-02-05T10:00:00.000Z',
    });
  });
});

describe('what people do', () => {
  test('acknowledging silences and resolves nothing', () => {
    expect(acknowledge(open(), { by: ada, note: 'I call Adele' }, later)).toEqual({
      kind: 'changed',
      alert: open({ status: 'acknowledged', commands: [acknowledged], updatedAt: later }),
    });
  });

  test('what is resolved cannot be acknowledged or snoozed', () => {
    const resolved = open({ status: 'resolved', resolvedAt: now });
    expect(acknowledge(resolved, {}, later)).toMatchObject({ kind: 'refused' });
    expect(snooze(resolved, '2026-03-01T00:00:00.000Z', {}, later)).toMatchObject({ kind: 'refused' });
  });

  test('a snooze lasts until its date and then counts as open', () => {
    const outcome = snooze(open(), '2026-02-04T00:00:00.000Z', {}, later);
    if (outcome.kind !== 'changed') throw new Error(outcome.reason);
    expect(outcome.alert).toMatchObject({ status: 'snoozed', snoozedUntil: '2026-02-04T00:00:00.000Z' });
    expect(statusAt(outcome.alert, '2026-02-03T23:59:59.999Z')).toBe('snoozed');
    expect(statusAt(outcome.alert, '2026-02-04T00:00:00.000Z')).toBe('open');
    expect(reopen(outcome.alert, {}, '2026-02-05T00:00:00.000Z')).toMatchObject({ kind: 'refused' });
  });

  test.each(['2026-02-03T12:00:00.000Z', 'tomorrow'])('a snooze until %s is refused', (until) => {
    expect(snooze(open(), until, {}, later)).toEqual({
      kind: 'refused',
      reason: 'the snooze must end in the future',
    });
  });

  test('reopening takes back an acknowledgement, and begins a new episode of what is resolved', () => {
    expect(reopen(open({ status: 'acknowledged' }), {}, later)).toMatchObject({
      alert: { status: 'open', episode: 1, openedAt: '2026-02-03T09:15:00.000Z' },
    });
    const reopened = reopen(open({ status: 'resolved', resolvedAt: now }), { note: 'not settled' }, later);
    expect(reopened).toMatchObject({
      alert: {
        status: 'open',
        episode: 2,
        openedAt: later,
        commands: [{ kind: 'reopen', at: later, note: 'not settled' }],
      },
    });
    expect(reopened).not.toHaveProperty('alert.resolvedAt');
  });

  test('who did what is kept, the newest last, and of very many only those of late', () => {
    let alert = open();
    const day = (count: number): string => new Date(Date.parse(later) + count * 86_400_000).toISOString();
    for (let count = 0; count < 400; count += 1) {
      const snoozed = snooze(alert, day(count + 1), { by: ada }, day(count));
      if (snoozed.kind === 'changed') ({ alert } = snoozed);
    }
    expect(alert.commands).toHaveLength(10);
    expect(alert.commands?.at(-1)).toEqual({ kind: 'snooze', at: day(399), until: day(400), by: ada });
    expect(
      applyFinding(finding({ basis: rowsSeen(9), firing: firing({ summary: 'new' }) }), alert, day(400)),
    ).toMatchObject({
      alert: { commands: alert.commands },
    });
  });

  test('what is open cannot be reopened', () => {
    expect(reopen(open(), {}, later)).toEqual({ kind: 'refused', reason: 'the alert is open' });
  });
});

/** Findings as evaluation gives them while a timeline grows: each from more records, the episodes counting up. */
const growing = fc
  .array(
    fc.record({
      fires: fc.boolean(),
      severity: fc.constantFrom('low', 'medium', 'high'),
      known: fc.boolean(),
      extent: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((states) => {
    let episode = 0;
    return states.map(({ fires, severity, known, extent }, index): Finding => {
      if (fires && (index === 0 || states[index - 1]?.fires === false)) episode += 1;
      const seen = known ? firing({ extent, severity }) : { ...unexplained(), extent, severity };
      const {
        firing: _,
        openedAt: __,
        ...never
      } = finding({ state: 'clear', episode: 0, basis: rowsSeen(index) });
      if (episode === 0) return never;
      const ended = fires ? {} : { resolvedAt: '2026-02-03T11:00:00.000Z' };
      return finding({
        state: fires ? 'firing' : 'clear',
        episode,
        severity,
        firing: seen,
        basis: rowsSeen(index),
        ...ended,
      });
    });
  });

describe('whatever the queue does', () => {
  test('applying a finding again changes nothing and tells nothing', () => {
    fc.assert(
      fc.property(growing, (findings) => {
        let alert: StoredAlert | undefined;
        for (const each of findings) {
          const decision = applyFinding(each, alert, now);
          alert = decision.kind === 'changed' ? decision.alert : alert;
          expect(applyFinding(each, alert, later)).toEqual({ kind: 'unchanged' });
        }
      }),
    );
  });

  test('in any order and however often, the same alert comes out', () => {
    const disturbed = growing.chain((findings) =>
      fc.tuple(
        fc.constant(findings),
        fc.shuffledSubarray([...findings, ...findings], { minLength: 2 * findings.length }),
      ),
    );
    fc.assert(
      fc.property(disturbed, ([findings, shuffled]) => {
        expect(essence(live(shuffled).alert)).toEqual(essence(live(findings).alert));
      }),
    );
  });

  test('an end is told at most once an episode, and nothing is told without a change', () => {
    fc.assert(
      fc.property(growing, (findings) => {
        const { alert, told } = live(findings);
        const count = (reason: NoticeReason): number => told.filter((each) => each === reason).length;
        expect(count('resolved')).toBeLessThanOrEqual(alert?.episode ?? 0);
        expect(count('opened')).toBeLessThanOrEqual(1);
        expect(count('attributed')).toBeLessThanOrEqual(alert?.episode ?? 0);
      }),
    );
  });
});

/** All but what depends on when and how often something was seen. */
function essence(alert: StoredAlert | undefined): unknown {
  if (alert === undefined) return undefined;
  const { openedAt, updatedAt, resolvedAt, attributedEpisode, notices, ...rest } = alert;
  return { ...rest, over: resolvedAt !== undefined };
}
