import type { Registration } from './registrations.ts';
import { at, ofType, type Snapshot } from './template.ts';

/** The routes that sign-in leaves out are the open ones, in both forms where something comes after a parameter's place. */
export function excludedPathFindings(snapshot: Snapshot, openRoutes: readonly string[]): string[] {
  const due = openRoutes.flatMap((route) => {
    const fixed = route.replace(/\/\{.*$/, '');
    return fixed === route ? [`/api/${route}`] : [`/api/${fixed}`, `/api/${fixed}/*`];
  });
  return ofType(snapshot, 'Microsoft.Web/sites/config').flatMap(({ properties }) => {
    if (at(properties, 'platform', 'enabled') !== true) return [];
    const excluded = at(properties, 'globalValidation', 'excludedPaths');
    const paths = Array.isArray(excluded) ? excluded.map(String) : [];
    return [
      ...due
        .filter((path) => !paths.includes(path))
        .map((path) => `${path} asks for sign-in, and nobody there has one`),
      ...paths.filter((path) => !due.includes(path)).map((path) => `${path} is open and must not be`),
    ];
  });
}

/** The functions that answer without sign-in are those of the open routes; each other one answers 401 to whoever comes without. */
export async function openFunctionFindings(
  registrations: readonly Registration[],
  openRoutes: readonly string[],
): Promise<string[]> {
  const http = registrations.filter(({ trigger }) => trigger === 'http');
  const routes = http.map(({ options }) => options.route);
  const unanswered = openRoutes
    .filter((route) => !routes.includes(route))
    .map((route) => `nothing answers at the open route ${route}`);
  const answers = await Promise.all(
    http
      .filter(({ options }) => !openRoutes.includes(options.route ?? ''))
      .map(async ({ name, options }) => {
        const answer = await options.handler(requestOfAStranger(), {});
        return at(answer, 'status') === 401
          ? []
          : [`${name} answers ${String(at(answer, 'status'))} to whoever comes without sign-in`];
      }),
  );
  return [...unanswered, ...answers.flat()];
}

function requestOfAStranger(): unknown {
  const asking = { method: 'GET', headers: new Headers(), query: new URLSearchParams(), params: {} };
  return { ...asking, text: () => Promise.resolve('') };
}
