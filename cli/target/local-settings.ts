import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Environment } from '../../shared/config.ts';
import { UsageError } from '../arguments/arguments.ts';

const fileSchema = z.object({
  Values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
});

/** The environment, and below it the `Values` of `local.settings.json`, as the local host reads them. @throws UsageError */
export async function settingsHere(environment: Environment, folder: string): Promise<Environment> {
  const file = path.join(folder, 'local.settings.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return environment;
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UsageError(`${file} is not JSON`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw new UsageError(`${file} is not {"Values": {"NAME": "value"}}`);
  const given = Object.entries(environment).filter(([, value]) => value !== undefined);
  return { ...parsed.data.Values, ...Object.fromEntries(given) };
}
