import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import names from '../../../shared/names.json' with { type: 'json' };
import { json, text } from '../../adapters/loopback.ts';
import { appReply, contoso, deployed, healthy } from './deployed.ts';
import { diagnosed, doctorSays, told } from './diagnosed.ts';

const { settings, tenant, storage, app } = deployed();

describe('the command', () => {
  test('says how it is used', async () => {
    const { code, out } = await doctorSays({}, { args: ['--help'] });
    expect(code).toBe(0);
    expect(out).toContain('--resource-group RG');
    expect(out).toContain('--send');
  });

  test.each([
    [['--sent'], /--sent/],
    [['contoso'], /doctor takes no contoso/],
    [['--app', 'x'], /--app and --resource-group go together/],
  ])('used as %j is wrong use', async (args, complaint) => {
    const { code, out, err } = await doctorSays(settings(), { args });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(complaint);
  });

  test('is fine where nothing fails, also with warnings', async () => {
    const { code, fail, warn, ok, at, target, checks } = await diagnosed(settings());
    expect({ code, fail }).toEqual({ code: 0, fail: 0 });
    expect(warn).toBeGreaterThan(0);
    expect(ok + warn).toBe(checks.length);
    expect(Date.parse(at)).not.toBeNaN();
    expect(target).toBe('the settings on this machine');
  });

  test('looks at everything, in order', async () => {
    const { checks } = await diagnosed(settings());
    expect([...new Set(checks.map(({ check }) => check))]).toEqual([
      ...['settings', 'storage', 'token', 'permission', 'entra-premium', 'report-names', 'activity-content'],
      ...[
        'public-url',
        'handshake',
        'sign-in',
        'access',
        'channel',
        'clock',
        'queue',
        'poison',
        'collection',
        'version',
      ],
    ]);
  });

  test('prints the same for people', async () => {
    const { code, out, err } = await doctorSays(settings());
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const title of [
      'Settings',
      'Storage',
      `Contoso (${contoso.id})`,
      'Public URL',
      'Who may read',
      'Channels',
      'Queues',
      'Versions',
    ]) {
      expect(out).toContain(`\n${title}\n`);
    }
    expect(out).toMatch(/\d+ ok, \d+ warnings, 0 failures\n$/);
    expect(out).not.toContain('\u001B');
  });

  test('reads local.settings.json', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-doctor-'));
    writeFileSync(path.join(folder, 'local.settings.json'), JSON.stringify({ Values: settings() }));
    expect((await diagnosed({}, { folder })).code).toBe(0);
    rmSync(folder, { recursive: true });
  });
});

describe('before the deployment', () => {
  test('with no setting at all it says which come, and what is looked at later', async () => {
    const { code, checks } = await diagnosed({});
    expect(code).toBe(1);
    expect(told(checks, 'settings').map(({ subject }) => subject)).toContain('GRACEWATCH_TENANTS');
    expect(told(checks, 'storage')).toMatchObject([{ status: 'warn' }]);
    expect(told(checks, 'version')).toMatchObject([{ subject: 'this tool', status: 'ok' }]);
  });

  test('with right settings only what runs is missing', async () => {
    const { checks } = await diagnosed(settings({ GRACEWATCH_PUBLIC_URL: undefined }));
    expect(told(checks, 'public-url')).toMatchObject([{ status: 'warn' }]);
    expect(told(checks, 'collection')).toMatchObject([{ tenant: { name: 'Contoso' }, status: 'warn' }]);
  });
});

describe('with --send', () => {
  test('a card comes to each channel, and says that it is a test and from whom', async () => {
    const { code, checks } = await diagnosed(settings({ USER: 'ada' }), { args: ['--send'] });
    expect(code).toBe(0);
    expect(
      tenant()
        .teams.received()
        .map(({ channel }) => channel)
        .toSorted(),
    ).toEqual(['licences', 'spare']);
    const card = JSON.stringify(tenant().teams.received('licences')[0]?.card);
    expect(card).toContain('test card');
    expect(card).toContain('ada');
    expect(told(checks, 'channel').filter(({ means }) => means.includes('took a test card'))).toHaveLength(2);
  });

  test('a channel that is gone fails, and its URL is not told', async () => {
    const url = `${tenant().origin}/teams/gone?sig=planted-signature`;
    const channels = JSON.stringify([{ id: 'licences', kind: 'teams', url }]);
    for (const args of [['--send'], ['--send', '--json']]) {
      const { code, out, err } = await doctorSays(settings({ GRACEWATCH_CHANNELS: channels }), { args });
      expect(code).toBe(1);
      expect(out).toMatch(/the test card was refused: channel licences answered 404/);
      expect(out + err).not.toContain('planted-signature');
    }
  });

  test('nothing is sent without it', async () => {
    await diagnosed(settings());
    expect(tenant().teams.received()).toEqual([]);
  });
});

describe('what is in storage', () => {
  test('of a newer version is a failure that says so, and nothing else fails by it', async () => {
    const table = storage().table(names.tables.coverage);
    await table.createTable();
    await table.createEntity({
      partitionKey: contoso.id,
      rowKey: 'entra-directory-audits',
      v: 99,
      json: '{}',
    });
    const { checks } = await diagnosed(settings());
    await table.deleteEntity(contoso.id, 'entra-directory-audits');
    expect(told(checks, 'collection')).toMatchObject([{ status: 'fail' }]);
    expect(told(checks, 'collection')[0]?.means).toContain('was written by a newer version (99');
    expect(checks.filter(({ status }) => status === 'fail')).toHaveLength(1);
  });

  test('that waits in queues is counted and left there', async () => {
    const queue = storage().queue(names.queues.verdicts);
    await queue.createIfNotExists();
    await queue.sendMessage(Buffer.from('{}').toString('base64'));
    const poison = storage().queue(`${names.queues.verdicts}-poison`);
    await poison.createIfNotExists();
    await poison.sendMessage('bad');
    const { checks } = await diagnosed(settings());
    expect(told(checks, 'queue', 'verdicts')[0]?.means).toMatch(/^1 message/);
    expect(told(checks, 'poison', 'verdicts-poison')).toMatchObject([{ status: 'warn' }]);
    const { receivedMessageItems } = await poison.receiveMessages();
    expect(receivedMessageItems.map(({ dequeueCount }) => dequeueCount)).toEqual([1]);
  });
});

describe('an app that is not well', () => {
  test('fails with what it names, and the clock it shows is compared', async () => {
    app.reply = appReply({
      health: json(
        503,
        { ...healthy, checks: [{ name: 'poison messages', ok: false }] },
        { date: 'Tue, 03 Feb 2015 12:00:00 GMT' },
      ),
    });
    const { code, checks } = await diagnosed(settings());
    expect(code).toBe(1);
    expect(told(checks, 'public-url')[0]?.means).toContain('poison messages');
    expect(told(checks, 'clock').filter(({ status }) => status === 'fail')).toHaveLength(1);
  });

  test('of another version is told', async () => {
    app.reply = appReply({ health: json(200, { ...healthy, version: '99.0.0' }) });
    const { checks } = await diagnosed(settings());
    expect(told(checks, 'version', 'the app')).toMatchObject([{ status: 'warn' }]);
  });
});

describe('texts of others', () => {
  const hostile = '\u001B[2J\u202EContoso\n  FAIL  everything';

  test('steer no terminal and make no lines, in the report and in the JSON', async () => {
    app.reply = appReply({
      health: json(503, { ...healthy, checks: [{ name: hostile, ok: false, since: hostile }] }),
      alerts: text(418, hostile),
    });
    const environment = settings({
      GRACEWATCH_TENANTS: JSON.stringify([{ ...contoso, name: hostile }]),
      [`GRACEWATCH_${hostile}`]: 'x',
    });
    const report = await doctorSays(environment);
    const document = await doctorSays(environment, { args: ['--json'] });
    for (const { out } of [report, document]) {
      expect(out).not.toContain('\u001B');
      expect(out).not.toContain('\u202E');
      expect(out).not.toMatch(/\n {2}FAIL {2}everything/);
    }
    expect(document.out).not.toContain('\\u001b');
  });

  test('and no secret that stands in a setting is printed, whatever is wrong', async () => {
    const secret = 'cGxhbnRlZC1zZWNyZXQ';
    const environment = settings({
      GRACEWATCH_CREDENTIAL: 'client-secret',
      GRACEWATCH_CLIENT_ID: 'app',
      GRACEWATCH_CLIENT_SECRET: secret,
      GRACEWATCH_AUTHORITY: `http://127.0.0.1/${secret}`,
      GRACEWATCH_PHONE_KEY: secret,
      GRACEWATCH_CLIENT_STATE_KEY: secret,
      GRACEWATCH_TENANTS: `[{"id":"${secret} +49 170 5550123","name":""}]`,
      GRACEWATCH_CHANNELS: `[{"id":"a","kind":"teams","url":"https://example.com/?sig=${secret}"}]`,
      GRACEWATCH_RULES: `{"licence/licence-lost":{"offBoardingHours":"${secret}"}}`,
      AzureWebJobsStorage: `AccountName=x;AccountKey=${secret}`,
      GRACEWATCH_PUBLIC_URL: undefined,
      GRACEWATCH_GRAPH_ENDPOINT: app.endpoint.replace('http:', 'https:'),
      GRACEWATCH_ACTIVITY_ENDPOINT: app.endpoint.replace('http:', 'https:'),
    });
    for (const args of [[], ['--json'], ['--send']]) {
      const { code, out, err } = await doctorSays(environment, { args });
      expect(code).toBe(1);
      expect(out + err).not.toContain(secret);
      expect(out + err).not.toContain('5550123');
    }
  });
});
