import type { AuditRecord } from '../ingest/audit-record.ts';
import type { Basis } from './basis.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';

/** The rows of the id's timeline say nothing of those of the name's: should the name be somebody's own again, its verdicts are heard. */
const ofAnotherTimeline: Basis = { names: [], versions: {} };

/**
 * Some records name a user only by UPN. Until one tells his object id he is a subject under that name, and may have alerts as such.
 * Then everything is known under his id, and what stands under the name is over.
 */
export function supersededFindings(findings: readonly Finding[], records: readonly AuditRecord[]): Finding[] {
  const names = new Set(
    records.flatMap(({ target: { user } }) =>
      user?.id === undefined ? (user?.upn?.toLowerCase() ?? []) : [],
    ),
  );
  return findings.flatMap(({ tenantId, rule, about, subject, qualifiers, severity, evaluatedAt }) =>
    [...names]
      .filter((name) => name !== subject.id)
      .map((name) => ({
        fingerprint: fingerprintOf(tenantId, rule, name, qualifiers),
        tenantId,
        rule,
        about,
        subject: { ...subject, id: name },
        qualifiers,
        episode: 0,
        state: 'clear' as const,
        reason: 'the user is now known by his object id, and his alerts with him',
        severity,
        basis: ofAnotherTimeline,
        ...(evaluatedAt === undefined ? {} : { evaluatedAt }),
      })),
  );
}
