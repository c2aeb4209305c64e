import { readFileSync } from 'node:fs';
import { readInstant } from '../../shared/ingest/instant.ts';
import { asObject } from '../../shared/json/json-value.ts';
import { readArguments, UsageError } from '../arguments/arguments.ts';

export interface ReplayOptions {
  files: string[];
  /** Object id or UPN, in lower case. */
  user?: string;
  tenant?: string;
  /** ISO 8601, UTC, with milliseconds. */
  now?: string;
  /** Settings of rules by id, as in GRACEWATCH_RULES. */
  rules: Readonly<Record<string, unknown>>;
  timeZone: string;
  json: boolean;
}

const options = {
  user: { type: 'string' },
  tenant: { type: 'string' },
  now: { type: 'string' },
  rules: { type: 'string' },
  'time-zone': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError */
export function readOptions(args: readonly string[]): ReplayOptions | 'help' {
  const { values, positionals: files } = readArguments(args, options);
  if (values.help === true) return 'help';
  if (files.length === 0) throw new UsageError('replay needs at least one FILE, or - for standard input');
  if (files.filter((file) => file === '-').length > 1)
    throw new UsageError('standard input (-) can be read once');
  return {
    files,
    ...(values.user === undefined ? {} : { user: given('--user', values.user).toLowerCase() }),
    ...(values.tenant === undefined ? {} : { tenant: given('--tenant', values.tenant).toLowerCase() }),
    ...(values.now === undefined ? {} : { now: instantOf(values.now) }),
    rules: values.rules === undefined ? {} : rulesIn(values.rules),
    timeZone: timeZoneOf(values['time-zone'] ?? 'UTC'),
    json: values.json === true,
  };
}

function given(option: string, value: string): string {
  if (value.trim() === '') throw new UsageError(`${option} needs a value`);
  return value.trim();
}

function instantOf(value: string): string {
  // `Date.parse` would take 30 February for 2 March; records may leave their zone out, who types may not.
  const instant = /^\d.*T.*(?:Z|[+-]\d{2}:\d{2})$/.test(value) ? readInstant(value) : undefined;
  if (instant === undefined) {
    throw new UsageError('--now must be a date and time with its zone, such as 2026-03-05T08:00:00Z');
  }
  return instant;
}

function timeZoneOf(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw new UsageError('--time-zone must be a name of the IANA list, such as Europe/Berlin');
  }
}

function rulesIn(file: string): Readonly<Record<string, unknown>> {
  let rules: unknown;
  try {
    rules = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError('--rules must name a file of JSON that can be read');
  }
  const settings = asObject(rules);
  if (settings === undefined)
    throw new UsageError('--rules must hold one JSON object: settings by the id of their rule');
  return settings;
}
