import type { Finding } from './finding.ts';

type OpenAlert = Pick<Finding, 'fingerprint' | 'qualifiers' | 'severity'>;

/** The alerts of a subject that are not resolved, so that a rule about what is now can clear what it speaks of no more. */
export interface OpenAlerts {
  ofSubject(tenantId: string, rule: string, subjectId: string): Promise<OpenAlert[]>;
}
