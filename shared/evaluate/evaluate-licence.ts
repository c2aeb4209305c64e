import type { z } from 'zod';
import { readEnvelope } from '../envelope.ts';
import { type AuditRecord, auditRecordSchema } from '../ingest/audit-record.ts';
import type {
  AlertStore,
  Clock,
  CoverageStore,
  Log,
  OversizeItems,
  Queues,
  TimelineStore,
} from '../ports.ts';
import type { Coverage } from '../timeline/coverage.ts';
import { findingsOf } from './episodes.ts';
import type { Finding } from './finding.ts';
import { looksAgain, type UserToEvaluate, userToEvaluateSchema } from './look-again.ts';
import { joinGroups, readCoverage } from './read-timeline.ts';
import type { Rule } from './rule.ts';
import type { RuleSettings } from './rule-set.ts';
import { supersededFindings } from './superseded.ts';
import { usersAwaitingGroups, usersOf } from './users-concerned.ts';

export interface EvaluateLicencePorts {
  timeline: TimelineStore;
  alerts: AlertStore;
  coverage: CoverageStore;
  queues: Queues;
  oversize: OversizeItems;
  clock: Clock;
  log: Log;
}

export interface EvaluateLicenceSettings {
  /** The rules of the folder `licence`. */
  rules: readonly Rule[];
  settingsOf: RuleSettings['settingsOf'];
  latestArrivalMinutes: number;
}

/** One message, with what all its users share. */
interface Evaluation {
  tenantId: string;
  users: readonly UserToEvaluate[];
  /** The records that came with the message. */
  arrived: readonly AuditRecord[];
  firstCollection: boolean;
  now: string;
}

/**
 * Handles one message of the queue `evaluate-licence`: audit records, which are stored and whose users are evaluated, or users who
 * are to be evaluated again. What is found goes to the queue `verdicts`.
 * @throws when an item could not be read or a user not be evaluated, after all others were; handling the message again is harmless
 */
export async function evaluateLicence(
  message: unknown,
  ports: EvaluateLicencePorts,
  settings: EvaluateLicenceSettings,
): Promise<void> {
  const { tenantId, kind, items } = readEnvelope(message);
  const now = ports.clock.now().toISOString();
  const given = await ports.oversize.resolve(items);
  switch (kind) {
    case 'audit-records':
    case 'audit-records-of-first-collection': {
      const firstCollection = kind === 'audit-records-of-first-collection';
      return evaluateRecords(tenantId, given, firstCollection, now, ports, settings);
    }
    case 'users': {
      const { read, problems } = readItems(given, userToEvaluateSchema);
      const evaluation = { tenantId, users: read, arrived: [], firstCollection: false, now };
      problems.push(...(await evaluateUsers(evaluation, ports, settings)));
      throwFirst(problems);
      return;
    }
    default:
      throw new Error(
        `the queue evaluate-licence does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`,
      );
  }
}

async function evaluateRecords(
  tenantId: string,
  items: readonly unknown[],
  firstCollection: boolean,
  now: string,
  ports: EvaluateLicencePorts,
  settings: EvaluateLicenceSettings,
): Promise<void> {
  const { read: records, problems } = readItems(items, auditRecordSchema);
  await ports.timeline.insert(tenantId, records);
  const ids = await usersOf(tenantId, records, ports.timeline);
  const users = ids.map((userId) => ({ userId, reason: 'record' as const, attempt: 0 }));
  const evaluation = { tenantId, users, arrived: records, firstCollection, now };
  problems.push(...(await evaluateUsers(evaluation, ports, settings)));
  for await (const waiting of usersAwaitingGroups(tenantId, records, ports.alerts)) {
    await ports.queues.send('evaluate-licence', tenantId, 'users', waiting);
  }
  throwFirst(problems);
}

/** Evaluates everybody and sends what was found; gives back what went wrong with single users. */
async function evaluateUsers(
  evaluation: Evaluation,
  ports: EvaluateLicencePorts,
  settings: EvaluateLicenceSettings,
): Promise<Error[]> {
  const { tenantId, users, firstCollection, now } = evaluation;
  if (users.length === 0) return [];
  const coverage = await readCoverage(tenantId, settings.latestArrivalMinutes, ports.coverage);
  const findings: Finding[] = [];
  const again = new Map<number, UserToEvaluate[]>();
  const problems: Error[] = [];
  for (const user of new Map(users.map((each) => [each.userId, each])).values()) {
    try {
      const found = await evaluateUser(tenantId, user.userId, coverage, now, ports, settings);
      findings.push(...found.map((finding) => (firstCollection ? { ...finding, firstCollection } : finding)));
      for (const { delaySeconds, ...item } of looksAgain(user, found, evaluation.arrived, now)) {
        again.set(delaySeconds, [...(again.get(delaySeconds) ?? []), item]);
      }
    } catch (error) {
      problems.push(new Error(`user ${user.userId} could not be evaluated`, { cause: error }));
    }
  }
  if (findings.length > 0) await ports.queues.send('verdicts', tenantId, 'findings', findings);
  for (const [delaySeconds, items] of again) {
    await ports.queues.send('evaluate-licence', tenantId, 'users', items, { delaySeconds });
  }
  ports.log.info('users evaluated', {
    stage: 'evaluate',
    tenantId,
    users: users.length,
    findings: findings.length,
  });
  return problems;
}

async function evaluateUser(
  tenantId: string,
  userId: string,
  coverage: Coverage,
  now: string,
  { timeline: store }: EvaluateLicencePorts,
  { rules, settingsOf }: EvaluateLicenceSettings,
): Promise<Finding[]> {
  const records = await store.readUser(tenantId, userId);
  const timeline = await joinGroups(tenantId, userId, records, store);
  const findings = rules
    .filter(({ subject }) => subject === 'user')
    .flatMap((rule) => findingsOf(rule, settingsOf(rule.id), timeline, coverage, now));
  return [...findings, ...supersededFindings(findings, records)];
}

/** What can be read is handled first: one bad item must not hold up the others, and the message still ends as poison. */
function readItems<T>(items: readonly unknown[], schema: z.ZodType<T>): { read: T[]; problems: Error[] } {
  const read: T[] = [];
  const problems: Error[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = schema.safeParse(item);
    if (parsed.success) read.push(parsed.data);
    else {
      const paths = parsed.error.issues.map(
        ({ path, code }) => `${path.map(String).join('.') || '(all)'} ${code}`,
      );
      problems.push(
        new Error(`item ${String(index + 1)} of the message cannot be read (${paths.join(', ')})`),
      );
    }
  }
  return { read, problems };
}

function throwFirst(problems: readonly Error[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const others = problems.length === 1 ? '' : ` (and ${String(problems.length - 1)} more)`;
  throw new Error(`${first.message}${others}`, { cause: first });
}
