import { HostCannotStart } from './host-cannot-start.ts';

export type RouteSegment =
  | { kind: 'literal'; text: string }
  | { kind: 'parameter'; name: string; optional: boolean }
  /** Takes the rest of the path, which may be nothing: `x/{*rest}` also matches `x` (FACTS 11.13). */
  | { kind: 'rest'; name: string };

/** @throws HostCannotStart for what ASP.NET knows and this host does not: constraints, defaults, parts of segments */
export function parseRoute(template: string, functionName: string): RouteSegment[] {
  const parts = template.split('/').filter((part) => part !== '');
  return parts.map((part, index) => {
    if (!/[{}]/.test(part)) {
      return { kind: 'literal', text: part };
    }
    const rest = /^\{\*{1,2}(\w+)\}$/.exec(part)?.[1];
    if (rest !== undefined && index === parts.length - 1) {
      return { kind: 'rest', name: rest };
    }
    const parameter = /^\{(\w+)(\??)\}$/.exec(part);
    if (parameter?.[1] === undefined) {
      throw new HostCannotStart(
        `the function ${functionName} has a route that the local host cannot read at "${part}"`,
      );
    }
    return { kind: 'parameter', name: parameter[1], optional: parameter[2] === '?' };
  });
}

/**
 * @param path as it came, still encoded, without the route prefix
 * @returns the parameters by name, or undefined where the path is another one
 */
export function matchRoute(route: readonly RouteSegment[], path: string): Record<string, string> | undefined {
  const parts = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  const given = parts.length === 1 && parts[0] === '' ? [] : parts;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of route.entries()) {
    const part = given[index];
    switch (segment.kind) {
      case 'literal':
        if (part === undefined || decodeSegment(part).toLowerCase() !== segment.text.toLowerCase()) {
          return undefined;
        }
        break;
      case 'parameter':
        if (part === undefined || part === '') {
          return segment.optional && index >= given.length ? parameters : undefined;
        }
        parameters[segment.name] = decodeSegment(part);
        break;
      case 'rest':
        if (index < given.length) {
          parameters[segment.name] = given.slice(index).map(decodeSegment).join('/');
        }
        return parameters;
    }
  }
  return given.length > route.length ? undefined : parameters;
}

/**
 * Order in which routes are tried, as azure-webjobs-sdk-extensions sorts them (WebJobsRouteBuilder.RouteComparison): words before
 * parameters, words by alphabet, longer routes first.
 */
export function compareRoutes(left: readonly RouteSegment[], right: readonly RouteSegment[]): number {
  for (const [index, mine] of left.entries()) {
    const other = right[index];
    if (other === undefined) {
      return -1;
    }
    if ((mine.kind === 'literal') !== (other.kind === 'literal')) {
      return mine.kind === 'literal' ? -1 : 1;
    }
    if (mine.kind === 'literal' && other.kind === 'literal') {
      const [a, b] = [mine.text.toLowerCase(), other.text.toLowerCase()];
      if (a !== b) {
        return a < b ? -1 : 1;
      }
    }
  }
  return right.length > left.length ? 1 : 0;
}

/** `%20` is decoded, `%2F` is not (FACTS 11.13); what is no encoding stays as it came. */
function decodeSegment(segment: string): string {
  return segment
    .split(/(%2f)/i)
    .map((part) => {
      if (/^%2f$/i.test(part)) {
        return part;
      }
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    })
    .join('');
}
