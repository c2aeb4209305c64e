/** `npm start`: everything on this machine, with nothing else installed. */

// Before anything else is loaded: an older Node fails over syntax or a missing function and names neither.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Gracewatch needs Node 24, and this is Node ${process.versions.node}: start it with "npm start".`,
  );
  process.exit(1);
}

const { CannotStart } = await import('./start/cannot-start.ts');
const { HostCannotStart } = await import('./host/host-cannot-start.ts');
const { run } = await import('./start/run.ts');

try {
  process.exit(await run(process.argv.slice(2)));
} catch (error) {
  const expected = error instanceof CannotStart || error instanceof HostCannotStart;
  console.error(expected ? `Gracewatch cannot start: ${error.message}` : error);
  process.exit(1);
}
