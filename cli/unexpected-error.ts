import { NoStorageAnswer } from '../shared/adapters/storage-answer.ts';

/** An error that nobody foresaw, in words that may be shown: its text may quote what was sent, its name and code do not. */
export function unexpectedError(error: unknown): string {
  if (error instanceof NoStorageAnswer) return error.message;
  if (!(error instanceof Error)) return 'an unknown error';
  const code =
    'code' in error && typeof error.code === 'string' && /^\w{1,60}$/.test(error.code)
      ? ` (${error.code})`
      : '';
  return `${error.name}${code}`;
}
