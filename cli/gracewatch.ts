#!/usr/bin/env node
import './small-young-generation.ts';
import manifest from '../package.json' with { type: 'json' };
import { askPerson } from './terminal/ask-person.ts';
import { run } from './run.ts';
import { createAz } from './target/az.ts';
import type { Terminal } from './terminal/terminal.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const terminal: Terminal = {
  stdin: process.stdin,
  out: (text) =>
    new Promise((done) => {
      process.stdout.write(text, () => {
        done();
      });
    }),
  err: (text) => process.stderr.write(text),
  watched: process.stderr.isTTY,
  ask: (question) => askPerson(question, process.stdin, process.stderr),
};

const exitCode = await run(process.argv.slice(2), manifest.version, {
  terminal,
  environment: process.env,
  folder: process.cwd(),
  az: createAz(process.env),
});

// What a command has given up waiting for, such as a token that never comes, must not keep the process alive.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit(exitCode);

/** When all that was written before has been taken. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => {
    stream.write('', () => {
      done();
    });
  });
}
