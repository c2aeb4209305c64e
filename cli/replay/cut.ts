/** What was cut out of a file: one record, or a stretch in which none could be found. */
export type Cut = { kind: 'value'; value: unknown } | { kind: 'broken'; reason: string };

/** The largest audit records known are about 100 KB (FACTS 6.3.3). */
export const largestRecordBytes = 16 * 1024 * 1024;
