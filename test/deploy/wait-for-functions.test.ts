import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Az, AzOutcome } from '../../cli/target/az.ts';
import { ownFunctions } from '../../cli/target/listed-functions.ts';
import { waitForFunctions } from '../../scripts/deploy/wait-for-functions.ts';

const root = new URL('../../', import.meta.url);
const app = { name: 'gracewatch-abc', resourceGroup: 'watch' };
const site =
  '/subscriptions/{subscriptionId}/resourceGroups/watch/providers/Microsoft.Web/sites/gracewatch-abc';
const done = (value: unknown): AzOutcome => ({ kind: 'done', value });
const listing = (...names: string[]): AzOutcome =>
  done({ value: names.map((name) => ({ name: `gracewatch-abc/${name}`, properties: { name } })) });

/** An Azure CLI that lists what the call says, one answer after the other, the last for ever. */
async function deployed(listings: AzOutcome[], sync: AzOutcome = done(undefined)) {
  const calls: string[] = [];
  const az: Az = (args) => {
    calls.push(args.join(' '));
    if (args.includes('post')) return Promise.resolve(sync);
    const answer = listings.length > 1 ? listings.shift() : listings[0];
    return Promise.resolve(answer ?? done(undefined));
  };
  const said: string[] = [];
  const patience = { attempts: 4, pauseSeconds: 0 };
  const listed = await waitForFunctions(az, app, patience, (line) => said.push(line), ['collect', 'health']);
  return { listed, calls, said: said.join('\n') };
}

describe('after a deployment', () => {
  test('the call that makes Azure look for the functions comes before they are listed', async () => {
    const { listed, calls, said } = await deployed([listing('health', 'collect')]);
    expect(calls).toEqual([
      `rest --method post --url ${site}/host/default/sync?api-version=2024-04-01`,
      `rest --method get --url ${site}/functions?api-version=2024-04-01`,
    ]);
    expect(said).toBe('Azure lists all 2 functions of gracewatch-abc');
    expect(listed).toBe(true);
  });

  test('it is repeated while only WarmUp is listed, or some are missing, and progress is told', async () => {
    const { listed, calls, said } = await deployed([
      listing('WarmUp'),
      listing('health'),
      listing('Health', 'COLLECT'),
    ]);
    expect(listed).toBe(true);
    expect(calls.filter((call) => call.includes('post'))).toHaveLength(3);
    expect(said).toContain('try 1 of 4: Azure lists 0 of 2 functions (and WarmUp), missing: collect, health');
    expect(said).toContain('try 2 of 4: Azure lists 1 of 2 functions, missing: collect');
  });

  test('it ends with an error that names what is missing and the cure', async () => {
    const { listed, calls, said } = await deployed([listing('WarmUp')]);
    expect(listed).toBe(false);
    expect(calls).toHaveLength(8);
    expect(said).toContain('error: gracewatch-abc was deployed, and its triggers do not fire');
    expect(said).toContain('npx gracewatch doctor --app gracewatch-abc --resource-group watch');
    expect(said).toContain(`az rest --method post --url "${site}/host/default/sync?api-version=2024-04-01"`);
  });

  test('what the Azure CLI says is told; nobody waits for a person to sign in', async () => {
    const refused = await deployed([listing('WarmUp')], { kind: 'failed', reason: 'AuthorizationFailed' });
    expect(refused.said).toContain('the call to look for them was refused: AuthorizationFailed');
    const nobody = await deployed([
      { kind: 'failed', reason: 'nobody is signed in to the Azure CLI: run az login' },
    ]);
    expect(nobody.listed).toBe(false);
    expect(nobody.calls).toHaveLength(2);
    expect(nobody.said).toContain('whether its triggers fire is not known');
    expect((await deployed([done('nonsense')])).said).toContain('answered an unknown form');
  });
});

test('the functions that are looked for are those of the app', () => {
  expect(ownFunctions()).toEqual(
    readdirSync(new URL('functions/', root))
      .map((file) => file.replace(/\.ts$/, ''))
      .sort(),
  );
});

describe('every way of deploying ends so', () => {
  const text = (file: string): string => readFileSync(new URL(file, root), 'utf8');

  test('azd: its hook after the deployment', () => {
    const { hooks } = parse(text('azure.yaml')) as { hooks: Record<string, Record<string, { run: string }>> };
    for (const shell of ['posix', 'windows']) {
      expect(hooks['postdeploy']?.[shell]?.run).toBe('node scripts/azd.mjs what-next');
    }
    expect(text('scripts/azd/what-next.ts')).toContain('await waitForFunctions(');
  });

  test('the workflow: by the script that publishes', () => {
    expect(text('.github/workflows/deploy.yml')).toContain('node scripts/publish.ts');
    expect(text('scripts/publish.ts')).toContain('await waitForFunctions(');
  });

  test('by hand and by the button: the page names the command behind each', () => {
    const page = text('docs/deploy.md');
    const byHand = page.slice(page.indexOf('### B. '), page.indexOf('### C. '));
    const button = page.slice(page.indexOf('### C. '), page.indexOf('### D. '));
    for (const section of [byHand, button]) {
      expect(section).toContain('npx node scripts/list-functions.ts --app APPNAME --resource-group');
    }
  });
});
