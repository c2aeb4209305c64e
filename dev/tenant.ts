/** `npm run tenant`: the simulated tenant alone, for `npm run host` and the commands with settings that point to it. */

// Before anything else is loaded: an older Node fails over syntax or a missing function and names neither.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`Gracewatch needs Node 24, and this is Node ${process.versions.node}.`);
  process.exit(1);
}

const { CannotStart } = await import('./start/cannot-start.ts');
const { hasCode } = await import('./start/error-code.ts');
const { watchingIdentity } = await import('./tenant/directory/watching-identity.ts');
const { manyTenants } = await import('./tenant/many-tenants.ts');
const { help, readTenantOptions } = await import('./tenant/options.ts');
const { startSimulatedTenant } = await import('./tenant/server.ts');
const { contoso } = await import('./tenant/story/contoso.ts');
const { history } = await import('./tenant/story/history.ts');

try {
  const options = readTenantOptions(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    process.exit(0);
  }
  const { port, productUrl, story } = options;
  const tenants = manyTenants(options.tenants);
  const tenant = await startSimulatedTenant({ port, productUrl, tenants }).catch((error: unknown) => {
    if (!hasCode(error, 'EADDRINUSE')) throw error;
    throw new CannotStart(`port ${port} is in use: choose another with --port`);
  });
  for (const records of history(Date.now())) tenant.logs.open(contoso).deposit(records);
  console.log(`${contoso.name} (${contoso.id})${others(tenants.length - 1)} at ${tenant.origin}

  Cards     ${tenant.origin}/
  Tenants   ${tenant.origin}/control/tenants
  State     ${tenant.origin}/control/tenant?tenantId=${contoso.id}
  Identity  ${watchingIdentity.displayName}: object id ${watchingIdentity.objectId}, client id ${watchingIdentity.appId}, in every tenant

  --help says how a tenant is put into another state. Ctrl-C stops it.
`);
  if (story) await tenant.story.play();
} catch (error) {
  console.error(error instanceof CannotStart ? `The tenant cannot start: ${error.message}` : error);
  process.exit(1);
}

function others(count: number): string {
  if (count === 0) return ' answers';
  return ` and ${count} other ${count === 1 ? 'tenant' : 'tenants'} answer`;
}
