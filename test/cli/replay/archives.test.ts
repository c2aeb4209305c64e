import { describe, expect, test } from '@jest/globals';
import { type Zippable, zipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { createGunzip, gzipSync } from 'node:zlib';
import { unpacked } from '../../../cli/replay/unpacked.ts';
import { alex, licenceChange } from '../../builders/audit-event.ts';
import { graphAudit, unifiedAudit } from '../../builders/raw-audit.ts';
import { file, gracewatch, replayJson } from '../replayed-files.ts';

const record = unifiedAudit({
  user: alex,
  activity: 'Update user',
  changes: [licenceChange(['SPE_E3'], [])],
});
const log = Buffer.from(JSON.stringify([record]));
const zipped = (files: Zippable): Buffer => Buffer.from(zipSync(files));
const zip = zipped({ 'audit.json': log });

/** The archive with a field of its one directory entry, and of that entry's own header, set to something else. */
function patched(at: { directory: number; header?: number }, value: number, bytes: 2 | 4 = 2): Buffer {
  const archive = Buffer.from(zip);
  archive.writeUIntLE(value, archive.indexOf('PK\u0001\u0002') + at.directory, bytes);
  if (at.header !== undefined) archive.writeUIntLE(value, at.header, bytes);
  return archive;
}

describe('an archive with one log in it is read', () => {
  test.each<[string, Buffer]>([
    ['packed', zip],
    ['stored', zipped({ 'audit.json': [log, { level: 0 }] })],
    ['in a folder', zipped({ 'export/': new Uint8Array(), 'export/2026/audit.json': log })],
    ['beside what macOS adds', zipped({ 'a.json': log, '__MACOSX/._a.json': log, '.DS_Store': log })],
    ['in UTF-16', zipped({ 'audit.json': Buffer.from(`\uFEFF${log.toString()}`, 'utf16le') })],
    ['packed once more', zipped({ 'audit.json.gz': gzipSync(log) })],
    ['before a comment', Buffer.concat([zip.subarray(0, -2), Buffer.from([3, 0]), Buffer.from('abc')])],
  ])('%s', async (_, archive) => {
    const path = file(archive);
    expect(await replayJson(path)).toMatchObject({
      code: 0,
      files: [{ name: path, format: 'activity', records: 1, unreadable: [] }],
      alerts: [{ subject: { name: alex.upn } }],
    });
  });

  test('also where it is read twice, because its records name no tenant', async () => {
    const graph = Buffer.from(
      JSON.stringify([graphAudit({ user: alex, changes: [licenceChange(['SPE_E3'], [])] })]),
    );
    expect(await replayJson(file(zipped({ a: graph })), file(zip))).toMatchObject({
      code: 0,
      files: [{ format: 'graph', records: 1 }, { records: 1 }],
      subjects: [{ facts: [{ logs: ['entra', 'unified'] }] }],
    });
  });
});

describe('any other archive says what to do', () => {
  const { 'audit.json': _, ...none } = { 'audit.json': log, 'folder/': new Uint8Array() };
  test.each<[string, Buffer, string]>([
    [
      'several logs',
      zipped({ 'a.json': log, 'b.json': log }),
      'of 2 files; unpack it and name the logs in it',
    ],
    ['nothing', zipped({}), 'without a file in it'],
    ['a folder alone', zipped(none), 'without a file in it'],
    ['a password', patched({ directory: 8, header: 6 }, 1), 'with a password; unpack it first'],
    ['another way of packing', patched({ directory: 10, header: 8 }, 12), '(method 12); unpack it first'],
    ['more than 4 GB', patched({ directory: 24 }, 0xffffffff, 4), 'ZIP64'],
    ['another archive', zipped({ 'a.zip': zip }), 'stands in another archive; unpack it first'],
    ['an archive in gzip', gzipSync(zip), 'stands in another archive; unpack it first'],
    ['its end cut off', zip.subarray(0, -30), 'damaged or cut off; get it again'],
    ['its beginning cut off', zip.subarray(10), 'not a log'],
    ['a log that lies elsewhere', patched({ directory: 42 }, 7, 4), 'damaged or cut off; get it again'],
    [
      'a picture',
      zipped({ 'a.png': Buffer.concat([Buffer.from('\u0089PNG'), Buffer.alloc(500)]) }),
      'neither JSON nor CSV',
    ],
    ['an empty log', zipped({ 'a.json': new Uint8Array() }), 'is empty'],
    [
      'a workbook',
      zipped({ '[Content_Types].xml': log, 'xl/workbook.xml': log }),
      'is an Excel workbook: save it as CSV',
    ],
    ['a document', zipped({ '[Content_Types].xml': log, 'word/document.xml': log }), 'no log'],
    [
      'a workbook of old',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      'is an Excel workbook',
    ],
    [
      'the workbook that was exported',
      readFileSync(new URL('../../fixtures/exports/workbook.xlsx', import.meta.url)),
      'is an Excel workbook: save it as CSV',
    ],
  ])('%s', async (_, archive, reason) => {
    const { code, out, err } = await gracewatch(['replay', file(archive)]);
    expect(err).toContain(reason);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('on standard input, where its directory cannot be read first', async () => {
    const { code, err } = await gracewatch(['replay', '-'], zip);
    expect(code).toBe(2);
    expect(err).toContain('standard input: is a ZIP archive that comes through standard input');
    const workbook = await gracewatch(
      ['replay', '-'],
      zipped({ '[Content_Types].xml': log, 'xl/workbook.xml': log }),
    );
    expect(workbook.err).toContain('is an Excel workbook: save it as CSV');
  });
});

describe('an archive that lies is told, behind what was read', () => {
  test.each<[string, Buffer, string]>([
    ['its check sum', patched({ directory: 16 }, 12_345, 4), 'check sum'],
    [
      'its length, too short',
      patched({ directory: 24 }, log.length - 1, 4),
      'longer than its ZIP archive says',
    ],
    ['its length, too long', patched({ directory: 24 }, log.length + 1, 4), 'check sum'],
  ])('%s', async (_, archive, reason) => {
    const document = await replayJson(file(archive));
    expect(document.code).toBe(document.files.length === 0 ? 2 : 3);
    expect(`${document.err}${JSON.stringify(document.files)}`).toContain(reason);
  });
});

test('what grows beyond any log is not unpacked to its end', async () => {
  const packed = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
  const chunks = async function* () {
    for (let at = 0; at < packed.length; at += 1024) {
      yield await Promise.resolve(packed.subarray(at, at + 1024));
    }
  };
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of unpacked(chunks(), createGunzip(), 1024 * 1024)) bytes += chunk.length;
  };
  await expect(read()).rejects.toThrow('grows to more than 200 times its size');
  expect(bytes).toBeLessThan(20 * 1024 * 1024);
});
