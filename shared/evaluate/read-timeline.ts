import { explainingWindows } from '../cause/losses.ts';
import type { CoverageStore } from '../coverage/coverage-store.ts';
import { type Coverage, type CoverageWindow, sourceNames } from '../coverage/coverage.ts';
import { nameOr } from '../state/subject.ts';
import type { Timeline, TimelineSubject } from '../timeline/fact.ts';
import { buildTimeline } from '../timeline/timeline.ts';
import type { Checkpoint, StoredTimeline, TimelineReader } from '../timeline/timeline-store.ts';
import type { FoldState } from './fold-state.ts';

export interface ReadTimeline {
  timeline: Timeline;
  stored: StoredTimeline;
  /** By rule: where its fold goes on from. Then the timeline holds only what is later. */
  starts?: ReadonlyMap<string, FoldState>;
}

/** The fold that the timeline is read for. */
export interface Remembering {
  fold: string;
  /** Where all rules of the subject can go on from, if the checkpoint says so. */
  starts: (subject: TimelineSubject, checkpoint: Checkpoint) => ReadonlyMap<string, FoldState> | undefined;
}

/**
 * The timeline of one user or group as the store has it, with what happened to the tenant's groups around his losses. All of it, or what
 * is later than a checkpoint where `remembering` is given and knows it.
 * @returns without facts where nothing is known of the subject
 */
export async function readTimeline(
  tenantId: string,
  { kind, id }: Pick<TimelineSubject, 'kind' | 'id'>,
  store: TimelineReader,
  remembering?: Remembering,
): Promise<ReadTimeline> {
  const subjectOf = ({ name }: StoredTimeline): TimelineSubject => ({ kind, id, name: nameOr(name, id) });
  const read = (fold?: string): Promise<StoredTimeline> => store.readSubject(tenantId, { kind, id }, fold);
  let stored = await read(remembering?.fold);
  const { checkpoint } = stored;
  const starts = checkpoint === undefined ? undefined : remembering?.starts(subjectOf(stored), checkpoint);
  if (checkpoint !== undefined && starts === undefined) stored = await read();

  const subject = subjectOf(stored);
  const states = [...(starts?.values() ?? [])];
  const rows = { ...stored, held: states[0]?.held };
  const alone = buildTimeline(tenantId, subject, stored.records, [], rows);
  const remembered = states.flatMap(({ facts }) => facts);
  const windows = kind === 'user' ? explainingWindows([...remembered, ...alone.facts]) : [];
  const groupRecords = windows.length === 0 ? [] : await store.readGroupLicensing(tenantId, windows);
  return {
    timeline:
      groupRecords.length === 0
        ? alone
        : buildTimeline(tenantId, subject, stored.records, groupRecords, rows),
    stored,
    ...(starts === undefined ? {} : { starts }),
  };
}

/** What of each log has been read completely in this tenant, and what could not be. */
export async function readCoverage(
  tenantId: string,
  latestArrivalMinutes: number,
  store: Pick<CoverageStore, 'read'>,
): Promise<Coverage> {
  const windows: CoverageWindow[] = [];
  const gaps: CoverageWindow[] = [];
  for (const source of sourceNames) {
    const stored = await store.read(tenantId, source);
    windows.push(...(stored?.row.windows ?? []).map(({ from, to }) => ({ source, from, to })));
    gaps.push(...(stored?.row.gaps ?? []).map(({ from, to }) => ({ source, from, to })));
  }
  return { windows, latestArrivalMinutes, ...(gaps.length === 0 ? {} : { gaps }) };
}
