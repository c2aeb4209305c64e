#!/usr/bin/env node
import './small-young-generation.ts';
import manifest from '../package.json' with { type: 'json' };
import { run } from './run.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), manifest.version, {
  stdin: process.stdin,
  out: (text) =>
    new Promise((done) => {
      process.stdout.write(text, () => {
        done();
      });
    }),
  err: (text) => process.stderr.write(text),
  watched: process.stderr.isTTY,
});
