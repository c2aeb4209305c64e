import { describe, expect, test } from '@jest/globals';
import { loopback, type Reply, reset, text } from '../../adapters/loopback.ts';
import { deployed } from './deployed.ts';
import { diagnosed, doctorSays, told } from './diagnosed.ts';

const { settings, storage } = deployed();
const account = loopback();

/** The secret of the connection strings of these tests; nothing may show it. */
const key = 'dmVyeS1zZWNyZXQta2V5';

function connectionTo(endpoint: string): string {
  const services = ['Blob', 'Queue', 'Table'].map(
    (service) => `${service}Endpoint=${endpoint}/gracewatchcontoso`,
  );
  return [
    'DefaultEndpointsProtocol=http',
    'AccountName=gracewatchcontoso',
    `AccountKey=${key}`,
    ...services,
  ].join(';');
}

/** Refuses as each service does: blobs and queues in XML, tables in JSON, the code in a header too. */
function refusing(status: number, code: string): Reply {
  return (request, response) => {
    const isTable = request.headers.accept?.includes('json') === true;
    response.writeHead(status, {
      'content-type': isTable ? 'application/json' : 'application/xml',
      'x-ms-error-code': code,
    });
    response.end(
      isTable
        ? JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'refused' } } })
        : `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>refused</Message></Error>`,
    );
  };
}

describe('storage that is well', () => {
  test('can be reached before anything is in it', async () => {
    const { checks } = await diagnosed(settings());
    const lines = told(checks, 'storage');
    expect(lines.map(({ subject, status }) => [subject, status])).toEqual([
      ['blobs', 'ok'],
      ['queues', 'ok'],
      ['tables', 'ok'],
    ]);
    expect(lines[0]?.means).toBe(
      'can be reached; the container oversize is not there yet: the first write makes it',
    );
  });

  test('is proved to be readable and writable, and nothing is left behind', async () => {
    const container = storage().container('oversize');
    await container.createIfNotExists();
    await storage().queue('collect').createIfNotExists();
    await storage().table('coverage').createTable();
    await storage().queue('collect').sendMessage('bm90aGluZw==');

    const { checks } = await diagnosed(settings());
    expect(told(checks, 'storage').map(({ means }) => means)).toEqual(
      Array(3).fill('can be read and written'),
    );

    const blobs: string[] = [];
    for await (const { name } of container.listBlobsFlat()) blobs.push(name);
    expect(blobs).toEqual([]);
    const { receivedMessageItems } = await storage().queue('collect').receiveMessages();
    expect(receivedMessageItems.map(({ dequeueCount }) => dequeueCount)).toEqual([1]);
  });
});

describe('storage that refuses', () => {
  test.each([
    [
      'AuthorizationPermissionMismatch',
      403,
      /the signature in AzureWebJobsStorage does not allow what is needed/,
      /show-connection-string/,
    ],
    [
      'AuthorizationFailure',
      403,
      /network rules do not let it in, or the key is of another account/,
      /network-rule list/,
    ],
    ['KeyBasedAuthenticationNotPermitted', 403, /takes no shared keys/, /AzureWebJobsStorage__accountName=/],
    ['AuthenticationFailed', 403, /does not believe the key/, /show-connection-string/],
    ['AccountIsDisabled', 403, /answered AccountIsDisabled/, /status-and-error-codes/],
  ])('with %s is told apart from the others', async (code, status, means, mend) => {
    account.reply = refusing(status, code);
    const { checks, code: exit } = await diagnosed(
      settings({ AzureWebJobsStorage: connectionTo(account.endpoint) }),
    );
    const lines = told(checks, 'storage');
    expect(lines.map((line) => line.status)).toEqual(['fail', 'fail', 'fail']);
    const queues = lines.find(({ subject }) => subject === 'queues');
    expect(queues?.means).toMatch(means);
    expect(queues?.mend).toMatch(mend);
    expect(exit).toBe(1);
  });

  test('the table of tenants fails for itself: nobody can tell who is watched', async () => {
    account.reply = refusing(403, 'AuthorizationPermissionMismatch');
    const { checks } = await diagnosed(
      settings({ AzureWebJobsStorage: connectionTo(account.endpoint), GRACEWATCH_TENANTS: 'table' }),
    );
    const [line] = told(checks, 'settings', 'tenants');
    expect(line?.status).toBe('fail');
    expect(line?.means).toContain('the tables of gracewatchcontoso are refused');
  });

  test('because a page of the network answers in its place is not empty', async () => {
    account.reply = text(200, '<html>Sign in</html>', { 'content-type': 'text/html' });
    const { checks, code } = await diagnosed(
      settings({ AzureWebJobsStorage: connectionTo(account.endpoint), GRACEWATCH_TENANTS: 'table' }),
    );
    expect(code).toBe(1);
    expect(told(checks, 'storage').map(({ status }) => status)).toEqual(['fail', 'fail', 'fail']);
    expect(told(checks, 'storage', 'tables')[0]?.means).toContain(
      'storage answered something that is not a table answer',
    );
    for (const check of ['queue', 'poison', 'collection'] as const) {
      expect(told(checks, check).map(({ status }) => status)).not.toContain('ok');
    }
    expect(told(checks, 'settings', 'tenants')).toMatchObject([{ status: 'fail' }]);
  });

  test('is one failure, and not one more for each thing that lies in it', async () => {
    account.reply = refusing(403, 'AuthorizationPermissionMismatch');
    const { checks } = await diagnosed(settings({ AzureWebJobsStorage: connectionTo(account.endpoint) }));
    for (const check of ['queue', 'poison', 'collection'] as const) {
      const lines = told(checks, check);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.every(({ status, means }) => status === 'warn' && means.includes('see Storage'))).toBe(
        true,
      );
    }
  });

  test('leaves no key in what is printed', async () => {
    account.reply = refusing(403, 'AuthenticationFailed');
    const { out, err } = await doctorSays(settings({ AzureWebJobsStorage: connectionTo(account.endpoint) }));
    expect(out).toContain('does not believe the key');
    expect(out + err).not.toContain(key);
  });
});

describe('storage that cannot be reached', () => {
  test('is told without waiting for the patience of the SDKs', async () => {
    account.reply = reset;
    const { checks } = await diagnosed(settings({ AzureWebJobsStorage: connectionTo(account.endpoint) }));
    expect(told(checks, 'storage', 'queues')[0]).toMatchObject({
      status: 'fail',
      means: `the connection to ${new URL(account.endpoint).host} broke`,
      mend: 'start the emulator: npx azurite, or npm start, which has its own',
    });
  });

  test('because its connection string is half a one is a wrong setting, and the rest is looked at', async () => {
    const { checks } = await diagnosed(settings({ AzureWebJobsStorage: `AccountName=x;AccountKey=${key}` }));
    expect(told(checks, 'settings')).toMatchObject([{ subject: 'AzureWebJobsStorage', status: 'fail' }]);
    expect(told(checks, 'storage')).toMatchObject([
      { status: 'warn', means: 'not checked: AzureWebJobsStorage is missing or wrong' },
    ]);
    expect(told(checks, 'token')).toMatchObject([{ status: 'ok' }]);
    expect(told(checks, 'channel').map(({ status }) => status)).toEqual(['ok', 'ok']);
  });
});
