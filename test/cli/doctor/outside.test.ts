import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { judgeHandshake, shakeHands } from '../../../cli/doctor/handshake.ts';
import {
  askAlerts,
  askHealth,
  judgeHealth,
  judgeSignIn,
  readHealth,
} from '../../../cli/doctor/public-url.ts';
import type { Line } from '../../../cli/doctor/check.ts';
import { json, loopback, type Reply, reset, text } from '../../adapters/loopback.ts';
import { contoso, healthy } from './deployed.ts';

const service = loopback();
const app = { name: 'gracewatch-x', resourceGroup: 'watch' };

const loginPage: Reply = (_request, response) => {
  response
    .writeHead(302, { location: 'https://login.microsoftonline.com/common/oauth2/authorize?client_id=x' })
    .end();
};

async function health(reply: Reply): Promise<Line> {
  service.reply = reply;
  return judgeHealth(service.endpoint, await askHealth(service.endpoint), app);
}

describe('the health of the app, asked by a stranger', () => {
  test('is well where the app says so, and tells its version', async () => {
    expect(await health(json(200, healthy))).toMatchObject({ status: 'ok' });
    expect(readHealth(await askHealth(service.endpoint))?.version).toBe(healthy.version);
  });

  test('fails with what the app names as failing', async () => {
    const checks = [
      { name: 'storage', ok: true },
      { name: 'collect activity-exchange', ok: false, since: '2026-02-03T10:00:00.000Z' },
    ];
    const line = await health(json(503, { status: 'failing', version: '9.9.9', checks }));
    expect(line.status).toBe('fail');
    expect(line.means).toContain('collect activity-exchange since 2026-02-03T10:00:00.000Z');
  });

  test('is not well where the app calls itself failing without saying what', async () => {
    const line = await health(json(503, { status: 'failing', version: '9.9.9', checks: [] }));
    expect(line.status).toBe('fail');
    expect(line.means).toContain('calls itself failing');
  });

  test.each([
    ['a page to sign in', loginPage, /sign-in covers \/api\/health/, /excludedPaths/],
    [
      '401',
      json(401, {}),
      /sign-in covers \/api\/health \(it answered 401\)/,
      /az webapp auth show --name gracewatch-x/,
    ],
    [
      '403',
      text(403, 'Web App - Unavailable'),
      /the app is stopped, or its access restrictions or its sign-in/,
      /az functionapp start/,
    ],
    ['404', text(404, ''), /has no Gracewatch: the code is not deployed/, /docs\/deploy\.md/],
    [
      'an error page of the platform',
      text(503, '<h1>Function host is not running.</h1>'),
      /not as Gracewatch does/,
      /Log stream/,
    ],
    [
      'a welcome page',
      text(200, '<html>Your Functions app is up and running</html>'),
      /not as Gracewatch does/,
      /Log stream/,
    ],
  ])('answers with %s', async (_what, reply, means, mend) => {
    const line = await health(reply);
    expect(line.status).toBe('fail');
    expect(line.means).toMatch(means);
    expect(line.mend).toMatch(mend);
  });

  test('on this machine is only not there yet', async () => {
    expect(await health(reset)).toMatchObject({ status: 'warn', mend: 'npm start, or npm run host' });
  });

  test('nowhere else may it be silent', () => {
    const line = judgeHealth('https://gracewatch-x.azurewebsites.net', {
      kind: 'unreachable',
      why: 'no-such-host',
    });
    expect(line).toMatchObject({ status: 'fail' });
    expect(line.mend).toContain('before the deployment that is so');
  });
});

async function handshakes(reply: Reply): Promise<Line[]> {
  service.reply = reply;
  return (await shakeHands(service.endpoint, contoso.id)).map((handshake) => judgeHandshake(handshake, app));
}

/** As a webhook must: the token back, decoded, in plain text. */
function echo(request: IncomingMessage, contentType = 'text/plain'): [Record<string, string>, string] {
  const url = new URL(request.url ?? '/', 'http://localhost');
  return [{ 'content-type': contentType }, url.searchParams.get('validationToken') ?? ''];
}

describe('the handshake of the webhooks', () => {
  test('asks each route as the service that will call it does', async () => {
    await handshakes(json(501, {}));
    expect(
      service.requests.map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`).toSorted(),
    ).toEqual([
      `POST /api/activity/${contoso.id}`,
      `POST /api/lifecycle/${contoso.id}`,
      `POST /api/notifications/${contoso.id}`,
    ]);
    const activity = service.requests.find(({ url }) => url.includes('/activity/'));
    expect(activity?.headers['webhook-validationcode']).toBeDefined();
  });

  test('that this version does not answer yet is no failure', async () => {
    const lines = await handshakes(json(501, { title: 'Not there yet' }));
    expect(lines.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    expect(lines[0]?.means).toContain('not part of this version');
  });

  test('is well where the token comes back decoded and in plain text', async () => {
    const lines = await handshakes((request, response) => {
      const [headers, body] = echo(request);
      response.writeHead(200, headers).end(body);
    });
    expect(lines.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    expect(lines[0]?.means).toBe('answers the handshake of Graph');
  });

  test.each<[string, Reply, RegExp]>([
    ['behind a page to sign in', loginPage, /Graph is asked to sign in \(302\), and cannot/],
    ['behind 401', json(401, {}), /asked to sign in \(401\)/],
    [
      'with a token that stays encoded',
      (request, response) => {
        response
          .writeHead(200, { 'content-type': 'text/plain' })
          .end(request.url?.split('validationToken=')[1]);
      },
      /something else than the token/,
    ],
    [
      'with a token as HTML',
      (request, response) => {
        const [headers, body] = echo(request, 'text/html');
        response.writeHead(200, headers).end(body);
      },
      /not as text\/plain/,
    ],
    ['with an error', text(500, ''), /answered 500 where Graph wants 200/],
    ['with nothing', reset, /gave no answer/],
  ])('%s is a failure', async (_how, reply, means) => {
    const [graph] = await handshakes(reply);
    expect(graph?.status).toBe('fail');
    expect(graph?.means).toMatch(means);
    expect(graph?.mend).toBeDefined();
  });
});

describe('the alerts, asked for by a stranger', () => {
  test.each<[string, Reply, boolean, Line['status']]>([
    ['refused', json(401, {}), false, 'ok'],
    ['led to a page to sign in', loginPage, false, 'ok'],
    ['given to everybody', json(200, { value: [] }), false, 'fail'],
    ['given to everybody on one machine', json(200, { value: [] }), true, 'ok'],
    ['not found', text(404, ''), false, 'warn'],
    ['a page of the network', text(200, '<html></html>'), false, 'warn'],
    ['not answered', reset, false, 'warn'],
  ])('are %s', async (_how, reply, openOnPurpose, status) => {
    service.reply = reply;
    const [line] = judgeSignIn(await askAlerts(service.endpoint), openOnPurpose, app);
    expect(line?.status).toBe(status);
  });

  test('that are open say how to shut them at once', async () => {
    service.reply = json(200, { value: [] });
    const [line] = judgeSignIn(await askAlerts(service.endpoint), false, app);
    expect(line?.means).toContain('open to everybody');
    expect(line?.mend).toContain('npx gracewatch sign-in');
    expect(line?.mend).toContain('az functionapp stop --name gracewatch-x');
  });
});
