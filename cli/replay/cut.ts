import type { Format } from '../../shared/ingest/detect-format.ts';

/** What was cut out of a file: one record, with its format where the header of a table tells it, or a stretch in which none could be found. */
export type Cut = { kind: 'value'; value: unknown; format?: Format } | { kind: 'broken'; reason: string };

/** The largest audit records known are about 100 KB (FACTS 6.3.3). */
export const largestRecordBytes = 16 * 1024 * 1024;
