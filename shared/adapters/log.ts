import { jsonText } from '../json/json-text.ts';
import type { Log, LogFields } from '../ports.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/** Where lines go: the invocation's context on the platform, the console in a command. */
export type LogSink = (level: LogLevel, line: string) => void;

/** One JSON line an entry. Names come from tenants, so nothing in a line can end it or turn its direction (law 10). */
export function createLog(sink: LogSink): Log {
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      const fixed = { level, message };
      sink(level, jsonText({ ...fixed, ...fields, ...fixed }, 0));
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
