import { parseArgs } from 'node:util';

/** The simulated tenant alone, for `npm run host` with settings that point to it. */

// Before anything else is loaded: an older Node fails over syntax or a missing function and names neither.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`Gracewatch needs Node 24, and this is Node ${process.versions.node}.`);
  process.exit(1);
}

const { hasCode } = await import('./start/error-code.ts');
const { startSimulatedTenant } = await import('./tenant/server.ts');
const { contoso } = await import('./tenant/story/contoso.ts');
const { history } = await import('./tenant/story/history.ts');

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7080' },
    'product-url': { type: 'string', default: 'http://127.0.0.1:7071' },
    story: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log('node dev/tenant.ts [--port 7080] [--product-url http://127.0.0.1:7071] [--story]');
  process.exit(0);
}

try {
  const tenant = await startSimulatedTenant({ port: Number(values.port), productUrl: values['product-url'] });
  for (const records of history(Date.now())) tenant.logs.open(contoso).deposit(records);
  console.log(`${contoso.name} (${contoso.id}) answers at ${tenant.origin}`);
  if (values.story) await tenant.story.play();
} catch (error) {
  const inUse = hasCode(error, 'EADDRINUSE');
  console.error(inUse ? `Port ${values.port} is in use: choose another with --port.` : error);
  process.exit(1);
}
