import { isLoopback } from '../../shared/config-problems.ts';
import type { Environment } from '../../shared/config.ts';
import { UsageError } from '../arguments/arguments.ts';

/** Where the directory is that a command writes to, as the person who runs it. */
export interface Cloud {
  /** Origin of Microsoft Graph, without version. */
  graph: string;
  /** Who issues tokens; with credential `none` nobody is asked, and it is only a name. */
  authority: string;
  person: 'none' | 'signed-in';
}

/**
 * From the few settings that say so, whatever else is missing; where they say nothing it is the public cloud. The token of a person
 * goes to no other place than one of https, and where there is no credential nothing leaves the machine.
 * @throws UsageError
 */
export function cloudOf(settings: Environment): Cloud {
  const text = (setting: string): string | undefined => {
    const value = settings[setting]?.trim();
    return value === '' ? undefined : value;
  };
  const isLocal = text('GRACEWATCH_CREDENTIAL') === 'none';
  const endpoint = (
    setting: string,
    standard: string,
    mayBe: (url: URL) => boolean,
    expected: string,
  ): string => {
    const url = URL.parse(text(setting) ?? standard);
    if (url === null || !mayBe(url)) throw new UsageError(`${setting} must be ${expected}`);
    return url.origin;
  };
  const isSecure = ({ protocol }: URL): boolean => protocol === 'https:';
  return {
    graph: isLocal
      ? endpoint(
          'GRACEWATCH_GRAPH_ENDPOINT',
          standardGraph,
          isLoopback,
          'on loopback while GRACEWATCH_CREDENTIAL is none',
        )
      : endpoint('GRACEWATCH_GRAPH_ENDPOINT', standardGraph, isSecure, 'an https URL'),
    authority: isLocal
      ? standardAuthority
      : endpoint('GRACEWATCH_AUTHORITY', standardAuthority, isSecure, 'an https URL'),
    person: isLocal ? 'none' : 'signed-in',
  };
}

const standardGraph = 'https://graph.microsoft.com';
const standardAuthority = 'https://login.microsoftonline.com';
