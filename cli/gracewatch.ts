#!/usr/bin/env node
import './small-young-generation.ts';
import { createInterface } from 'node:readline/promises';
import manifest from '../package.json' with { type: 'json' };
import { run } from './run.ts';
import { runAz } from './target/az.ts';
import type { Terminal } from './terminal.ts';

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
  ask: async (question) => {
    if (!process.stdin.isTTY) return undefined;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await prompt.question(question)).trim();
    } finally {
      prompt.close();
    }
  },
};

process.exitCode = await run(process.argv.slice(2), manifest.version, {
  terminal,
  environment: process.env,
  folder: process.cwd(),
  az: runAz,
});
