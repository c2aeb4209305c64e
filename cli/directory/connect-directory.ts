import { personTokenFor } from '../person-token.ts';
import type { Cloud } from '../target/cloud.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Directory } from './directory.ts';
import { createDirectory } from './graph-directory.ts';

/** The directory of a tenant, with the rights of the person; what it waits for is told as `command` tells it. */
export function connectDirectory(
  { graph, person }: Cloud,
  tenantId: string,
  command: string,
  terminal: Pick<Terminal, 'err'>,
): Directory {
  return createDirectory({
    endpoint: graph,
    tokenFor: personTokenFor(person),
    tenantId,
    onWaiting: (text) => {
      terminal.err(`gracewatch ${command}: ${text}\n`);
    },
  });
}
