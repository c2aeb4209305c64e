#!/usr/bin/env node
/**
 * Starts the command line with a Node that can run it. Plain JavaScript that old versions parse, because Node runs TypeScript
 * only from 24 on: `npx` may start this with whatever Node the machine has, while the project brings its own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const oldest = 24;

if (Number(process.versions.node.split('.')[0]) >= oldest) {
  // Node turns TypeScript into JavaScript at every start, which takes most of it; this keeps the result.
  module.enableCompileCache();
  await import('./gracewatch.ts');
} else {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  if (existsSync(own)) {
    runWith(own);
  } else {
    process.stderr.write(
      `gracewatch needs Node ${oldest} or newer, and this is Node ${process.versions.node}: run npm ci first, which brings one.\n`,
    );
    process.exitCode = 2;
  }
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal signals both; the child decides what that means, and this ends as it does.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`gracewatch: its Node cannot be started (${error.code}): run npm ci again.\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 2;
    } else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
