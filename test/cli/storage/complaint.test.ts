import { RestError } from '@azure/data-tables';
import { describe, expect, test } from '@jest/globals';
import type { StorageAccount } from '../../../cli/storage/account.ts';
import { storageComplaint } from '../../../cli/storage/complaint.ts';
import { RowUnreadable } from '../../../shared/adapters/table-rows.ts';

const account: StorageAccount = {
  name: 'gracewatchx',
  reader: { kind: 'person' },
  urls: {
    blobs: 'https://b',
    queues: 'https://gracewatchx.queue.core.windows.net',
    tables: 'https://gracewatchx.table.core.windows.net',
  },
};

function refused(code: string, url?: string): RestError {
  const error = Object.assign(new RestError('x', { statusCode: 403 }), { request: { url } });
  error.details = { errorCode: code };
  return error;
}

describe('why the tables refuse', () => {
  test('is the role that a person lacks, with the command that gives it', () => {
    const complaint = storageComplaint(refused('AuthorizationPermissionMismatch'), account);
    expect(complaint).toContain('lacks the role Storage Table Data Contributor');
    expect(complaint).toMatch(
      /\n {2}az role assignment create --assignee "\$\(az ad signed-in-user show .*--role "Storage Table Data Contributor" --scope .*gracewatchx/,
    );
  });

  test('names the service that was asked', () => {
    const url = 'https://gracewatchx.queue.core.windows.net/signals/messages';
    const complaint = storageComplaint(refused('AuthorizationPermissionMismatch', url), account);
    expect(complaint).toContain('lacks the role Storage Queue Data Contributor');
    expect(complaint).toContain('the queues of gracewatchx are refused');
  });

  test('is the firewall where it is the firewall', () => {
    expect(storageComplaint(refused('AuthorizationFailure'), account)).toContain('network rules');
  });

  test('is a row of a newer build', () => {
    const error = new RowUnreadable('row x of partition tenants was written by a newer version');
    expect(storageComplaint(error, account)).toContain('newer version');
  });

  test('is no explanation for a defect', () => {
    expect(storageComplaint(new TypeError('x is undefined'), account)).toBeUndefined();
    expect(storageComplaint('x', account)).toBeUndefined();
  });
});
