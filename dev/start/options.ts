import { readArguments } from './arguments.ts';
import { fileURLToPath } from 'node:url';
import { CannotStart } from './cannot-start.ts';

export const help = `npm start [-- OPTIONS]

Runs Gracewatch on this machine: embedded storage, a simulated tenant that lives through its story in about a minute,
the functions, and a page with the cards that Teams would show.

  --port N       port of the functions (7071)
  --page-port N  port of the simulated tenant and its card page (7080)
  --data FOLDER  where everything is kept (.gracewatch)
  --fresh        forget what was kept from earlier starts
  --no-story     let nothing happen in the tenant
  --help         this text

Ctrl-C stops all of it.`;

const options = {
  port: { type: 'string', default: '7071' },
  'page-port': { type: 'string', default: '7080' },
  data: { type: 'string', default: fileURLToPath(new URL('../../.gracewatch', import.meta.url)) },
  fresh: { type: 'boolean', default: false },
  'no-story': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface Options {
  port: number;
  pagePort: number;
  data: string;
  fresh: boolean;
  story: boolean;
  help: boolean;
}

/** @throws CannotStart naming what is wrong */
export function readOptions(args: readonly string[]): Options {
  const values = readArguments(args, options);
  return {
    port: readPort('--port', values.port),
    pagePort: readPort('--page-port', values['page-port']),
    data: values.data,
    fresh: values.fresh,
    story: !values['no-story'],
    help: values.help,
  };
}

/** @throws CannotStart naming the option */
export function readPort(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new CannotStart(`${option} must be a port number (1 to 65535)`);
}
