import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The source files under some folders of the project, each with its path from there. */
export function readSources(...folders: string[]): (readonly [file: string, text: string])[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map(
        (file) => [`${folder}/${file}`, readFileSync(new URL(`${folder}/${file}`, root), 'utf8')] as const,
      ),
  );
}
