import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Alert } from '../../shared/alert/alert.ts';
import { startSimulatedTenant } from '../../dev/tenant/server.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { burst, contoso } from './burst.ts';
import { recordingChannel } from './recording-channel.ts';
import { eventually, pause, root, runHost } from './running-host.ts';

/**
 * The whole product against the simulated tenant, killed without warning again and again: what stands in the end is what an undisturbed
 * reading of the same records gives. The limit only ends a run that hangs.
 */
jest.setTimeout(15 * 60_000);

const kills = 20;
const users = 400;
let azurite: Azurite;
let folder: string;
beforeAll(async () => {
  azurite = await startAzurite();
  folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-kills-'));
});
afterAll(async () => {
  await azurite.stop();
  rmSync(folder, { recursive: true });
});

/** What must be the same however the records came; times of seeing and notices are of the run itself. */
function essence({ id, rule, severity, status, episode, subject, happenedAt, cause, actor, title }: Alert) {
  return {
    id,
    rule,
    severity,
    status,
    episode,
    subject,
    happenedAt,
    actor,
    title,
    cause: cause && { ...cause, text: '' },
  };
}
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

function replayed(file: string): ReturnType<typeof essence>[] {
  const output = execFileSync(
    process.execPath,
    ['cli/gracewatch.ts', 'replay', '--json', '--tenant', contoso, file],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  return (JSON.parse(output) as { alerts: Alert[] }).alerts.map(essence).sort(byId);
}

test('twenty kills in a burst leave exactly the alerts of an undisturbed reading, each told once or, after a kill, twice', async () => {
  const records = burst(users, new Date().toISOString());
  expect(records).toHaveLength(2000);
  const file = path.join(folder, 'burst.json');
  writeFileSync(file, JSON.stringify({ value: records }));
  const expected = replayed(file);
  expect(expected.length).toBe(users * 0.8);

  const tenant = await startSimulatedTenant({
    tenants: [{ id: contoso, name: 'Contoso', domain: 'contoso.com' }],
  });
  const channel = await recordingChannel();
  const host = await runHost({
    AzureWebJobsStorage: azurite.connectionString,
    GRACEWATCH_TENANTS: JSON.stringify([{ id: contoso, name: 'Contoso' }]),
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: tenant.origin,
    GRACEWATCH_ACTIVITY_ENDPOINT: tenant.origin,
    GRACEWATCH_CHANNELS: JSON.stringify([{ id: 'licences', kind: 'teams', url: channel.url }]),
    GRACEWATCH_TIMING: JSON.stringify({
      groupSeconds: 1,
      postGapSeconds: 1,
      retrySeconds: 1,
      lockSeconds: 2,
    }),
  });
  try {
    await host.processId();
    await fetch(`${tenant.origin}/control/records`, {
      method: 'POST',
      body: JSON.stringify({ tenantId: contoso, entra: records }),
    });
    expect((await host.run('schedule-collection')).status).toBe(202);
    for (let kill = 0; kill < kills; kill += 1) {
      const processId = await host.processId();
      await pause(200 + ((kill * 7919) % 1700));
      process.kill(processId, 'SIGKILL');
    }
    await host.processId();
    const list = async (): Promise<Alert[]> =>
      ((await host.json('/api/alerts?top=1000')) as { value: Alert[] }).value;
    const settled = await eventually(async () => {
      const alerts = await list();
      const told = alerts.every(({ notices }) => notices.every(({ outcome }) => outcome === 'sent'));
      const alike =
        JSON.stringify(alerts.map(essence).sort(byId)) ===
        JSON.stringify(JSON.parse(JSON.stringify(expected)));
      return told && alike ? alerts : undefined;
    }, 1000);

    expect(settled.map(essence).sort(byId)).toEqual(expected);
    const sent = new Set(settled.flatMap((alert) => alert.notices.map(({ at }) => at)));
    expect(sent.size).toBeGreaterThan(0);
    // Each post that is recorded gave its time to the notices that it carried; the others were cut off by a kill and posted again.
    expect(channel.posts.length - sent.size).toBeLessThanOrEqual(kills);
  } finally {
    await host.stop();
    await tenant.close();
    await channel.close();
  }
});
