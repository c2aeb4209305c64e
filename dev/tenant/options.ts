import { readArguments } from '../start/arguments.ts';
import { CannotStart } from '../start/cannot-start.ts';
import { readPort } from '../start/options.ts';
import { controlRoutes } from './control.ts';

export const help = `npm run tenant [-- OPTIONS]

Runs the simulated tenant alone: Microsoft Graph, the Management Activity API and Teams workflows on one port of this machine.
Point GRACEWATCH_GRAPH_ENDPOINT and GRACEWATCH_ACTIVITY_ENDPOINT to it, with GRACEWATCH_CREDENTIAL=none.

  --port N           port (7080)
  --tenants N        how many tenants there are: Contoso and others that are quiet (1)
  --product-url URL  base URL of the functions, for links on the card page (http://127.0.0.1:7071)
  --story            play the story of Contoso
  --help             this text

What can be done to the tenants while they run:

${controlRoutes.map(([route, purpose]) => `  ${route.padEnd(30)} ${purpose}`).join('\n')}

Channels: /teams/{name} takes cards; /teams/gone, /teams/shut and /teams/proxy fail.`;

const options = {
  port: { type: 'string', default: '7080' },
  tenants: { type: 'string', default: '1' },
  'product-url': { type: 'string', default: 'http://127.0.0.1:7071' },
  story: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface TenantOptions {
  port: number;
  tenants: number;
  productUrl: string;
  story: boolean;
  help: boolean;
}

const mostTenants = 10_000;

/** @throws CannotStart naming what is wrong */
export function readTenantOptions(args: readonly string[]): TenantOptions {
  const values = readArguments(args, options);
  return {
    port: readPort('--port', values.port),
    tenants: readCount('--tenants', values.tenants),
    productUrl: values['product-url'],
    story: values.story,
    help: values.help,
  };
}

function readCount(option: string, text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && count <= mostTenants) return count;
  throw new CannotStart(`${option} must be a number from 1 to ${mostTenants}`);
}
