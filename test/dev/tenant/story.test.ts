import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  type AuditLogs,
  createAuditLogs,
  type EntraRecord,
  type UnifiedRecord,
} from '../../../dev/tenant/audit-logs.ts';
import { contoso, people } from '../../../dev/tenant/story/contoso.ts';
import { history } from '../../../dev/tenant/story/history.ts';
import { createStoryPlayer } from '../../../dev/tenant/story/play.ts';
import { noon } from './tenant.ts';

const keyed = z.array(z.object({ key: z.string(), value: z.string() }));
const named = z.array(z.object({ Name: z.string(), Value: z.string() }));
const sliceSchema = z.object({ id: z.string(), seq: z.string(), b: z.string(), c: z.string() });
const wholeSchema = z.object({ targetUpdatedProperties: z.string(), additionalDetails: z.string() });
const propertiesSchema = z.array(
  z.object({ Name: z.string(), OldValue: z.unknown(), NewValue: z.unknown() }),
);

interface Played {
  entra: EntraRecord[];
  unified: UnifiedRecord[];
  logs: AuditLogs;
}

/** The records of so many plays, one after the other, at once. */
async function played(plays = 1): Promise<Played> {
  const logs = createAuditLogs(() => noon);
  const story = createStoryPlayer({ logs, now: () => noon, speed: Infinity });
  for (let play = 0; play < plays; play += 1) await story.play();
  expect(story.state()).toMatchObject({ playing: false, plays, played: 10, scenes: 10 });
  const tenant = logs.open(contoso);
  return {
    logs,
    entra: tenant.entra.map(({ record }) => record),
    unified: tenant.content.flatMap(({ records }) => records),
  };
}

const field = (record: object, name: string): unknown => (record as Record<string, unknown>)[name];

/** The slices of a record's sequence, if it is part of one, in either dialect. */
function sliceOf(record: EntraRecord | UnifiedRecord): z.infer<typeof sliceSchema> | undefined {
  const graph = keyed.safeParse(field(record, 'additionalDetails'));
  const details = graph.success
    ? Object.fromEntries(graph.data.map(({ key, value }) => [key, value]))
    : (JSON.parse(
        named
          .parse(field(record, 'ExtendedProperties') ?? [])
          .find(({ Name }) => Name === 'additionalDetails')?.Value ?? '{}',
      ) as unknown);
  return sliceSchema.safeParse(details).data;
}

function directory({ unified }: Played): UnifiedRecord[] {
  return unified.filter((record) => field(record, 'RecordType') === 8);
}

describe('the story', () => {
  test('has other records at a second play, about the same people', async () => {
    const { entra, unified } = await played(2);
    const ids = [...entra.map(({ id }) => id), ...unified.map(({ Id }) => Id)];
    expect(new Set(ids).size).toBe(ids.length);
    const correlations = entra
      .filter((record) => field(record, 'activityDisplayName') === 'Delete group')
      .map((record) => field(record, 'correlationId'));
    expect(new Set(correlations).size).toBe(2);
    const text = JSON.stringify(entra);
    for (const { id } of [people.lukas, people.maria, people.noah]) expect(text).toContain(id);
  });

  test('tells of three assignments that failed, in both logs, with a reason', async () => {
    const story = await played();
    const failed = story.entra.filter((record) => field(record, 'result') === 'failure');
    expect(failed).toHaveLength(3);
    for (const record of failed) {
      expect(field(record, 'activityDisplayName')).toBe('Change user license');
      expect(field(record, 'resultReason')).toMatch(/licenses?\b.*\.$|^License .*\.$/);
      const twin = story.unified.filter(
        (other) => field(other, 'InterSystemsId') === field(record, 'correlationId'),
      );
      expect(twin).toMatchObject([
        { Operation: 'Change user license.', ResultStatus: 'Failure', ModifiedProperties: [] },
      ]);
    }
  });

  test('every sequence is whole, out of order, and gives licences when it is joined', async () => {
    const { entra, unified } = await played();
    for (const records of [entra, unified]) {
      const slices = records.flatMap((record) => sliceOf(record) ?? []);
      const sequences = new Set(slices.map(({ id }) => id));
      expect(sequences.size).toBeGreaterThan(0);
      for (const id of sequences) {
        const parts = slices.filter((slice) => slice.id === id);
        const inOrder = parts.toSorted((one, other) => Number(one.seq) - Number(other.seq));
        expect(inOrder.map(({ seq }) => Number(seq))).toEqual(parts.map((_, index) => index + 1));
        expect(parts.every(({ c }) => Number(c) === parts.length)).toBe(true);
        expect(parts.length).toBeGreaterThan(1);
        expect(parts).not.toEqual(inOrder);
        const whole = wholeSchema.parse(JSON.parse(inOrder.map(({ b }) => b).join('')));
        const properties = propertiesSchema.parse(JSON.parse(whole.targetUpdatedProperties));
        const licences = properties.find(({ Name }) => Name === 'AssignedLicense');
        expect(JSON.stringify(licences)).toContain('SkuName=ENTERPRISEP');
      }
    }
  });

  test('in the unified log a marker of success stands beside its twin, which lists licences over several lines', async () => {
    const records = directory(await played());
    const markers = records.filter(
      (record) =>
        field(record, 'Operation') === 'Change user license.' &&
        field(record, 'ResultStatus') === 'Success' &&
        sliceOf(record) === undefined,
    );
    expect(markers.length).toBeGreaterThan(5);
    for (const marker of markers) {
      const twins = records.filter(
        (record) =>
          field(record, 'InterSystemsId') === field(marker, 'InterSystemsId') &&
          field(record, 'Operation') === 'Update user.',
      );
      expect(twins).toHaveLength(1);
      expect(field(twins[0] ?? {}, 'CreationTime')).toBe(field(marker, 'CreationTime'));
      const changed = z
        .array(z.object({ Name: z.string(), NewValue: z.string() }))
        .parse(field(twins[0] ?? {}, 'ModifiedProperties'));
      const licences = changed.find(({ Name }) => Name === 'AssignedLicense')?.NewValue;
      expect(licences).toMatch(/^\[\](?!.)|^\[\r\n {2}"\[SkuName=/);
    }
  });

  test('who removed Emeka is known later than that he lost something, though it happened before', async () => {
    const { logs } = await played();
    const lines = logs
      .open(contoso)
      .entra.filter(({ record }) => JSON.stringify(record).includes(people.emeka.id));
    const removal = lines.find(
      ({ record }) => field(record, 'activityDisplayName') === 'Remove member from group',
    );
    const loss = lines.findLast(
      ({ record }) => field(record, 'activityDisplayName') === 'Change user license',
    );
    expect(removal?.at).toBeLessThan(loss?.at ?? 0);
    expect(removal?.visibleFrom).toBeGreaterThan(loss?.visibleFrom ?? Infinity);
  });

  test('names nobody who could exist: domains and addresses are reserved ones', async () => {
    const { entra, unified } = await played();
    const text = JSON.stringify([...entra, ...unified, ...history(noon)]);
    const domains = new Set([...text.matchAll(/[\w.-]+@([\w-]+(?:\.[\w-]+)+)/g)].map(([, domain]) => domain));
    expect(domains).toEqual(new Set(['contoso.com']));
    const addresses = [...text.matchAll(/"(?:ipAddress|ClientIP)":"([^"]*)"/g)].map(
      ([, address]) => address ?? '',
    );
    for (const address of addresses) expect(address).toMatch(/^(?:192\.0\.2\.|198\.51\.100\.|\[?2001:db8:)/);
  });

  test('was preceded by days that lie in the past and had arrived', () => {
    const logs = createAuditLogs(() => noon);
    for (const records of history(noon)) logs.open(contoso).deposit(records);
    const { entra, content } = logs.open(contoso);
    const day = 24 * 60 * 60 * 1000;
    expect(entra.length).toBeGreaterThan(10);
    for (const { at, visibleFrom } of entra) {
      expect(at).toBeLessThanOrEqual(noon - day);
      expect(visibleFrom).toBeGreaterThan(at);
      expect(visibleFrom).toBeLessThan(noon);
    }
    for (const { created } of content) expect(created).toBeLessThan(noon);
  });

  test('can be broken off', async () => {
    const logs = createAuditLogs(() => noon);
    const story = createStoryPlayer({ logs, now: () => noon, speed: 1 });
    const over = story.play();
    expect(story.state().playing).toBe(true);
    story.stop();
    await over;
    expect(story.state().playing).toBe(false);
    expect(logs.of(contoso.id)).toBeUndefined();
  });
});
