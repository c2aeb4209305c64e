import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evidenceOf } from '../../shared/cause/evidence.ts';
import { heldLicences, lossesOf } from '../../shared/cause/losses.ts';
import { buildTimeline, timelineUntil } from '../../shared/timeline/timeline.ts';
import { alex, contoso } from '../builders/audit-event.ts';
import { groupHistory, userHistory } from '../builders/audit-history.ts';
import {
  assigned,
  auditRecord,
  groupRecord,
  licenceChange,
  licencesChanged,
  membership,
} from '../builders/audit-record.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';

const subject = { kind: 'user', id: alex.id, name: alex.upn } as const;
const timelineOf = (records: AuditRecord[], groupRecords: AuditRecord[] = []) =>
  buildTimeline(contoso, subject, records, groupRecords);

describe('a timeline', () => {
  test('is the same in whatever order and however often its records come', () => {
    fc.assert(
      fc.property(userHistory, groupHistory, fc.infiniteStream(fc.nat()), (records, groups, keys) => {
        const expected = timelineOf(records, groups);
        const shuffle = (some: AuditRecord[]): AuditRecord[] =>
          [...some, ...some.filter((_, index) => index % 2 === 0)]
            .map((record) => ({ record: structuredClone(record), key: Number(keys.next().value) }))
            .sort((a, b) => a.key - b.key)
            .map(({ record }) => record);
        expect(timelineOf(shuffle(records), shuffle(groups))).toEqual(expected);
      }),
    );
  });

  test('stands in order of time, each fact with records that were read', () => {
    fc.assert(
      fc.property(userHistory, groupHistory, (records, groups) => {
        const { facts, groupFacts } = timelineOf(records, groups);
        const read = new Map([...records, ...groups].map((record) => [record.id, record.at]));
        for (const list of [facts, groupFacts]) {
          expect(list.map(({ at }) => at)).toEqual(list.map(({ at }) => at).sort());
          for (const fact of list) {
            expect(fact.records.length).toBeGreaterThan(0);
            expect(fact.records.map((id) => read.get(id)).sort()[0]).toBe(fact.at);
          }
        }
      }),
    );
  });

  test('takes of one record in two exports the one that tells more', () => {
    const change = licencesChanged([assigned('EMS')], []);
    const { actor: _, ...poorer } = change;
    const expected = timelineOf([change]);
    expect(timelineOf([change, poorer])).toEqual(expected);
    expect(timelineOf([poorer, change])).toEqual(expected);
  });

  test('keeps every marker and part that came alone: none is dropped for being incomplete', () => {
    fc.assert(
      fc.property(userHistory, (records) => {
        const told = new Set(timelineOf(records).facts.flatMap((fact) => fact.records));
        const lonely = records.filter(
          ({ activity, change, correlationId, slice }) =>
            activity === 'Change user license' &&
            change.length === 0 &&
            slice?.of !== 1 &&
            records.filter((record) => record.correlationId === correlationId).length === 1,
        );
        expect(lonely.filter(({ id }) => !told.has(id))).toEqual([]);
      }),
    );
  });

  test('counts the own records of its subject, each once, and none of those that explain', () => {
    const leaving = membership('removed');
    const records = [auditRecord(), leaving];
    expect(timelineOf([...records, ...records], [leaving, groupRecord('Delete group')]).rows).toBe(2);
  });

  test('of groups holds only what may explain a loss', () => {
    const groups = [groupRecord('Delete group'), groupRecord('Set group license'), membership('added')];
    expect(timelineOf([], groups).groupFacts.map(({ kind }) => kind)).toEqual([
      'group-deleted',
      'group-licences-changed',
    ]);
  });

  test('up to a moment has the facts of that moment and none after it', () => {
    const timeline = timelineOf(
      [auditRecord({ at: '2026-02-03T10:00:00.000Z' }), auditRecord({ at: '2026-02-03T10:00:00.001Z' })],
      [groupRecord('Delete group', { at: '2026-02-03T11:00:00.000Z' })],
    );
    const until = timelineUntil(timeline, '2026-02-03T10:00:00Z');
    expect(until.facts).toHaveLength(1);
    expect(until.groupFacts).toEqual([]);
    expect(until.rows).toBe(2);
  });
});

describe('evidence', () => {
  test('has each record once with its own log and time', () => {
    const one = { correlationId: 'one' };
    const timeline = timelineOf([
      auditRecord({ ...one, id: 'u', log: 'unified' }),
      auditRecord({
        ...one,
        id: 'e',
        at: '2026-02-03T09:15:00.734Z',
        change: licenceChange([assigned('EMS')], []),
      }),
    ]);
    expect(evidenceOf(timeline, [...timeline.facts, ...timeline.facts])).toEqual([
      { record: 'u', log: 'unified', at: '2026-02-03T09:15:00.000Z' },
      { record: 'e', log: 'entra', at: '2026-02-03T09:15:00.734Z' },
    ]);
  });
});

describe('losses', () => {
  const [e3, ems] = [assigned('ENTERPRISEPACK'), assigned('EMS')];

  test('are what complete changes took away, in order', () => {
    const timeline = timelineOf([
      licencesChanged([e3, ems], [e3], { at: '2026-02-03T10:00:00.000Z' }),
      licencesChanged([e3], [assigned('ENTERPRISEPACK', 'TEAMS1')], { at: '2026-02-03T11:00:00.000Z' }),
      licencesChanged([assigned('ENTERPRISEPACK', 'TEAMS1')], [e3], { at: '2026-02-03T12:00:00.000Z' }),
      auditRecord({ at: '2026-02-03T13:00:00.000Z' }),
    ]);
    expect(lossesOf(timeline)).toMatchObject([
      { at: '2026-02-03T10:00:00.000Z', products: [{ partNumber: 'EMS' }], plans: [] },
      {
        at: '2026-02-03T11:00:00.000Z',
        products: [],
        plans: [{ name: 'Microsoft Teams', product: 'Office 365 E3' }],
      },
    ]);
    expect(heldLicences(timeline)).toMatchObject([{ partNumber: 'ENTERPRISEPACK', disabledPlans: [] }]);
  });

  test('what somebody has is unknown while no change tells it', () => {
    expect(heldLicences(timelineOf([auditRecord()]))).toBeUndefined();
  });
});
