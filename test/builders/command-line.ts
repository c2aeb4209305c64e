import { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import { run } from '../../cli/run.ts';
import type { Az } from '../../cli/target/az.ts';
import type { Workplace } from '../../cli/workplace.ts';
import type { Environment } from '../../shared/config.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface Given {
  stdin?: string | Buffer;
  environment?: Environment;
  /** Where local.settings.json is looked for; by default there is none. */
  folder?: string;
  az?: Az;
  /** What the person answers, in order; nobody is there when none is given. */
  answers?: readonly string[];
}

/** Runs the command line as a process would, in a workplace of its own. */
export function commandLine(args: readonly string[], given: Given = {}): Promise<Ran> {
  return runIn(given, (workplace) => run(args, '1.2.3', workplace));
}

/** Runs something in a workplace of its own. */
export async function runIn(given: Given, command: (workplace: Workplace) => Promise<number>): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const answers = [...(given.answers ?? [])];
  const workplace: Workplace = {
    terminal: {
      stdin: Readable.from([Buffer.from(given.stdin ?? '')]),
      out: (text) => {
        ran.out += text;
        return Promise.resolve();
      },
      err: (text) => {
        ran.err += text;
      },
      watched: false,
      ask: (question) => {
        ran.err += question;
        return Promise.resolve(answers.shift());
      },
    },
    environment: given.environment ?? {},
    folder: given.folder ?? tmpdir(),
    az:
      given.az ?? (() => Promise.resolve({ kind: 'failed', reason: 'the Azure CLI (az) is not installed' })),
  };
  ran.code = await command(workplace);
  return ran;
}
