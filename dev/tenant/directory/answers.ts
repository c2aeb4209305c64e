import { type Answer, type Call } from '../answer.ts';
import { methodNotAllowed } from '../graph-error.ts';
import { answerApplications } from './applications.ts';
import type { Directories } from './directory.ts';
import { readObjectPath } from './object-path.ts';
import type { Directory } from './objects.ts';
import { type EntityKind, one } from './query-options.ts';
import { answerServicePrincipals } from './service-principals.ts';

const user: EntityKind = { type: 'user', context: 'users', filters: [] };

/**
 * The directory as the commands see it, with the rights of an administrator. `undefined` for a path that is none of its own.
 * A token names the tenant and not who holds it, so nobody is refused here: the watching identity could do all this, too.
 */
export function answerDirectory(
  call: Call,
  directory: Directory,
  directories: Directories,
  at: number,
): Answer | undefined {
  if (call.path === '/v1.0/me') {
    return call.method === 'GET' ? one(call, user, directory.person, 200, at) : methodNotAllowed(at);
  }
  const path = readObjectPath(call.path);
  switch (path?.collection) {
    case 'applications':
      return answerApplications(call, path, directory, at);
    case 'servicePrincipals':
      return answerServicePrincipals(call, path, directory, directories, at);
    case undefined:
      return undefined;
  }
}
