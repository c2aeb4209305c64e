import { readEnvelope } from '../envelope.ts';
import { type Family, familiesThatLook, familyQueues } from '../evaluate/families.ts';
import {
  firstSubjectsKind,
  subjectsInMessage,
  subjectsKind,
  type SubjectToEvaluate,
} from '../evaluate/subject-to-evaluate.ts';
import { type AuditRecord, auditRecordSchema } from '../ingest/audit-record.ts';
import { readItems, throwFirst } from '../json/read-items.ts';
import type { Log, OversizeItems, Queues } from '../ports.ts';
import type { Rule } from '../rules/rule.ts';
import type { ViewName } from '../rules/views.ts';
import type { SnapshotStore } from '../state/snapshot-store.ts';
import { type ReadState, readStateSchema } from '../state/state.ts';
import type { SubjectKind } from '../state/subject.ts';
import type { TimelineStore } from '../timeline/timeline-store.ts';
import { type AwaitingCause, awaitingGroups } from './awaiting-cause.ts';

export interface RememberPorts {
  timeline: TimelineStore;
  snapshots: SnapshotStore;
  awaitingCause: AwaitingCause;
  queues: Queues;
  oversize: OversizeItems;
  log: Log;
}

export interface RememberSettings {
  rules: readonly Rule[];
}

/** Somebody concerned by a signal, and by what of him. */
interface Concerned {
  kind: SubjectKind;
  id: string;
  view: ViewName;
  why: SubjectToEvaluate['why'];
}

/**
 * Handles one message of the queue `signals`: audit records or states. Stores them, and only then sends those whom they concern, and
 * nothing but these, to the families whose rules look at that. What another message has stored already concerns nobody; `handledBefore`
 * says that this very message may have stored it, and was broken off before it said so: then all of its subjects are named.
 * @throws when an item could not be read, after all others were handled; handling the message again is harmless
 */
export async function recordSignals(
  message: unknown,
  handledBefore: boolean,
  ports: RememberPorts,
  settings: RememberSettings,
): Promise<void> {
  const { tenantId, kind, items, replayed = false } = readEnvelope(message);
  const given = await ports.oversize.resolve(items);
  const again = handledBefore || replayed;
  switch (kind) {
    case 'audit-records':
    case 'audit-records-of-first-collection': {
      const { read, problems } = readItems(given, auditRecordSchema);
      const { named, tooLarge } = await storeRecords(tenantId, read, again, ports);
      const told = kind === 'audit-records' ? subjectsKind : firstSubjectsKind;
      await sendConcerned(tenantId, told, named, ports, settings);
      throwFirst([...problems, ...tooLargeProblems('record', tooLarge)]);
      return;
    }
    case 'states':
    case 'states-of-first-collection': {
      const { read, problems } = readItems(given, readStateSchema);
      const { named, tooLarge } = await storeStates(tenantId, read, ports);
      const told = kind === 'states' ? subjectsKind : firstSubjectsKind;
      await sendConcerned(tenantId, told, named, ports, settings);
      throwFirst([...problems, ...tooLargeProblems('state', tooLarge)]);
      return;
    }
    case 'coverage-regained': {
      const named: Concerned[] = [];
      for await (const { subject } of ports.awaitingCause.list(tenantId)) {
        named.push(concerned(subject.kind, subject.id, 'coverage'));
      }
      await sendConcerned(tenantId, subjectsKind, named, ports, settings);
      return;
    }
    default:
      throw new Error(
        `the queue signals does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`,
      );
  }
}

/** They hold up no neighbour, and the message still ends as poison. */
function tooLargeProblems(what: 'record' | 'state', count: number): Error[] {
  return Array.from({ length: count }, () => new Error(`a ${what} of the message is too large to be stored`));
}

interface StoredSignals {
  named: Concerned[];
  tooLarge: number;
}

async function storeRecords(
  tenantId: string,
  records: readonly AuditRecord[],
  again: boolean,
  ports: RememberPorts,
): Promise<StoredSignals> {
  const { subjects, changed, tooLarge } = await ports.timeline.insert(tenantId, records);
  const named = again ? subjects : changed;
  const news = new Set(named.map(({ kind, id }) => `${kind} ${id}`));
  const ofNewGroups = records.filter(({ target }) =>
    news.has(`group ${target.group?.id?.toLowerCase() ?? ''}`),
  );
  const waiting = await awaitingGroups(tenantId, ofNewGroups, ports);
  ports.log.info('records stored', {
    stage: 'remember',
    tenantId,
    records: records.length,
    subjects: named.length,
  });
  const all = [
    ...waiting.map(({ kind, id }) => concerned(kind, id, 'group')),
    ...named.map(({ kind, id }) => concerned(kind, id, 'record')),
  ];
  return { named: all, tooLarge };
}

function concerned(kind: SubjectKind, id: string, why: SubjectToEvaluate['why']): Concerned {
  return { kind, id, view: 'timeline', why };
}

/** The same state again names its subject again: whether that was said before is not known, and said twice it is harmless. */
async function storeStates(
  tenantId: string,
  states: readonly ReadState[],
  { snapshots, log }: RememberPorts,
): Promise<StoredSignals> {
  const named: Concerned[] = [];
  let tooLarge = 0;
  for (const state of states) {
    const { source, subject } = state;
    const outcome = await snapshots.put(tenantId, state);
    if (outcome === 'too-large') {
      tooLarge += 1;
      continue;
    }
    if (outcome === 'older') {
      log.info('state left out: a newer one is there', {
        stage: 'remember',
        tenantId,
        source,
        subject: subject.id,
      });
      continue;
    }
    named.push({ kind: subject.kind, id: subject.id, view: source, why: 'state' });
  }
  return { named, tooLarge };
}

/** Each family gets each subject once. */
async function sendConcerned(
  tenantId: string,
  kind: string,
  named: readonly Concerned[],
  { queues }: RememberPorts,
  { rules }: RememberSettings,
): Promise<void> {
  const byFamily = new Map<Family, Map<string, SubjectToEvaluate>>();
  for (const { kind: subjectKind, id, view, why } of named) {
    for (const family of familiesThatLook(rules, subjectKind, view)) {
      const subjects = byFamily.get(family) ?? new Map<string, SubjectToEvaluate>();
      byFamily.set(family, subjects.set(`${subjectKind} ${id}`, { kind: subjectKind, id, why }));
    }
  }
  for (const [family, subjects] of byFamily) {
    await queues.send(familyQueues[family], tenantId, kind, [...subjects.values()], {
      mostItems: subjectsInMessage,
    });
  }
}
