import type { Coverage } from '../coverage/coverage.ts';
import type { Rule } from '../rules/rule.ts';
import type { StateView, Unread, ViewName } from '../rules/views.ts';
import type { SnapshotStore } from '../state/snapshot-store.ts';
import { type StateName, stateKinds } from '../state/state.ts';
import { nameOr, type Subject, type SubjectKind } from '../state/subject.ts';
import { minutesAfter, writtenMoment } from '../time/moments.ts';
import type { TimelineStore } from '../timeline/timeline-store.ts';
import type { ReadViews } from './ask.ts';
import { type ReadTimeline, readTimeline, type Remembering } from './read-timeline.ts';

export interface SubjectViews {
  subject: Subject;
  views: ReadViews;
  /** Where rules look at the timeline. */
  read?: ReadTimeline;
}

export interface ViewPorts {
  timeline: TimelineStore;
  snapshots: SnapshotStore;
}

interface ViewSettings {
  coverage: () => Promise<Coverage>;
  now: string;
  /** Absent where the whole timeline is wanted. */
  remembering?: Remembering | undefined;
}

/** Everything that these rules need or use of one subject. What was not read says why, and is never taken for empty (law 3). */
export async function readViews(
  tenantId: string,
  { kind, id }: { kind: SubjectKind; id: string },
  rules: readonly Rule[],
  { coverage, now, remembering }: ViewSettings,
  ports: ViewPorts,
): Promise<SubjectViews> {
  const wanted = new Set<ViewName>(rules.flatMap(({ needs, uses }) => [...needs, ...uses]));
  const views: ReadViews = {};
  const names: string[] = [];
  let read: ReadTimeline | undefined;
  for (const name of wanted) {
    if (name === 'timeline') {
      if (kind !== 'user' && kind !== 'group') {
        views.timeline = { unread: `there is no timeline of a ${kind}` };
        continue;
      }
      read = await readTimeline(tenantId, { kind, id }, ports.timeline, remembering);
      views.timeline = { ...read.timeline, coverage: await coverage() };
      names.push(read.timeline.subject.name);
    } else {
      const state = await readState(tenantId, name, { kind, id }, now, ports.snapshots);
      Object.assign(views, { [name]: state.view });
      if (state.name !== undefined) names.push(state.name);
    }
  }
  const called = names.find((name) => name !== id);
  return {
    subject: { kind, id, name: nameOr(called, id) },
    views,
    ...(read === undefined ? {} : { read }),
  };
}

async function readState<S extends StateName>(
  tenantId: string,
  source: S,
  subject: { kind: SubjectKind; id: string },
  now: string,
  snapshots: SnapshotStore,
): Promise<{ view: StateView<S> | Unread; name?: string }> {
  const { of, tooOldHours } = stateKinds[source];
  const ofTenant = (of as SubjectKind) === 'tenant';
  if (!ofTenant && of !== subject.kind) return { view: { unread: `a ${subject.kind} has no such state` } };
  const snapshot = await snapshots.read(tenantId, source, ofTenant ? tenantId : subject.id);
  if (snapshot === undefined) return { view: { unread: 'it has not been read yet' } };
  const { readAt, value } = snapshot;
  if (minutesAfter(readAt, tooOldHours * 60) < now) {
    return { view: { unread: `it was last read on ${writtenMoment(readAt)}, which is too long ago` } };
  }
  // The schema of the source was held against the value when the snapshot was read.
  const view = { value, readAt, confirmedAt: readAt } as StateView<S>;
  return {
    view,
    ...(ofTenant || snapshot.subject.name === undefined ? {} : { name: snapshot.subject.name }),
  };
}
