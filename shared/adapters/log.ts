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
      sink(level, escapeInvisible(JSON.stringify({ ...fixed, ...fields, ...fixed })));
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** JSON escapes only U+0000 to U+001F; the other control, direction and line separator characters are escaped here. */
function escapeInvisible(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
