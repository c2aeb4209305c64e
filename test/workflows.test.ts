import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { pinnedBicep } from '../scripts/infra/find-bicep.ts';
import { root } from './flow/running-host.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  uses?: string;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  steps?: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const folder = path.join('.github', 'workflows');
const files = readdirSync(path.join(root, folder)).sort();
const workflows = files.map((file) => ({
  file,
  text: read(path.join(folder, file)),
  workflow: parse(read(path.join(folder, file)), { strict: true }) as Workflow,
}));
const workflowOf = (name: string): Workflow => {
  const found = workflows.find(({ file }) => file === name);
  if (found === undefined) throw new Error(`no workflow ${name}`);
  return found.workflow;
};
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** What each job may do. Whoever gives a job more must write it here, too. */
const permissions = {
  'ci.yml': { check: { contents: 'read' } },
  'deploy.yml': { deploy: { attestations: 'read', contents: 'read', 'id-token': 'write' } },
  'products.yml': { renew: { contents: 'read' }, propose: { contents: 'write', 'pull-requests': 'write' } },
  'release.yml': {
    ci: { contents: 'read' },
    package: { contents: 'read' },
    publish: { contents: 'write', 'id-token': 'write', attestations: 'write' },
  },
};

/** Paths and `npm run` names in a command line, as far as they belong to the project. */
function namesIn(command: string): { files: string[]; scripts: string[] } {
  return {
    files: [...command.matchAll(/(?:^|[\s"'(])((?:\.ci|\.github|scripts|infra)\/[\w./-]+)/g)].map(
      ([, file]) => file ?? '',
    ),
    scripts: [...command.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? ''),
  };
}

describe('the workflows', () => {
  test('are these', () => {
    expect(files).toEqual(Object.keys(permissions));
  });

  test.each(workflows)(
    '$file: every action is pinned to a commit, with its version beside it',
    ({ text }) => {
      const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([, action]) => action ?? '');
      expect(uses).not.toHaveLength(0);
      for (const action of uses) {
        expect(action).toMatch(/^(?:\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
      }
    },
  );

  test('use each action in one version', () => {
    const used = workflows.flatMap(({ workflow }) => stepsOf(workflow)).flatMap(({ uses = [] }) => uses);
    const names = new Set(used.map((action) => action.replace(/@.*/, '')));
    expect(new Set(used).size).toBe(names.size);
  });

  test.each(workflows)('$file: each job has the rights that it needs and no more', ({ file, workflow }) => {
    const all = Object.entries(workflow.jobs).map(([name, job]) => [
      name,
      job.permissions ?? workflow.permissions,
    ]);
    expect(Object.fromEntries(all)).toEqual(permissions[file as keyof typeof permissions]);
    expect(Object.values(workflow.permissions ?? { none: 'unset' })).not.toContain('unset');
  });

  test.each(workflows)('$file: no secret but the token of the run', ({ text }) => {
    const secrets = [...text.matchAll(/secrets\s*\.\s*(\w+)/g)].map(([, name]) => name);
    expect(secrets.filter((name) => name !== 'GITHUB_TOKEN')).toEqual([]);
    expect(text).not.toMatch(/secrets:\s*inherit|toJSON\(secrets\)|secrets\[/);
  });

  test.each(workflows)('$file: ends by itself and does not run twice at once', ({ workflow }) => {
    expect(workflow.concurrency).toBeDefined();
    for (const job of Object.values(workflow.jobs)) {
      expect(job.uses ?? job['timeout-minutes']).toBeDefined();
    }
  });

  test.each(workflows)('$file: no text from outside stands in a command', ({ workflow }) => {
    for (const { run = '' } of stepsOf(workflow)) expect(run).not.toContain('${{');
  });

  test.each(workflows)('$file: no token stays in the checkout', ({ workflow }) => {
    const checkouts = stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  test.each(workflows)('$file: names scripts and files that exist', ({ workflow }) => {
    const commands = stepsOf(workflow).map(({ run = '' }) => run);
    for (const { files: named, scripts: asked } of commands.map(namesIn)) {
      for (const name of named) expect([name, existsSync(path.join(root, name))]).toEqual([name, true]);
      for (const name of asked) expect(Object.keys(scripts)).toContain(name);
    }
    for (const { uses } of Object.values(workflow.jobs)) {
      if (uses !== undefined) expect([uses, existsSync(path.join(root, uses))]).toEqual([uses, true]);
    }
  });

  test('run on the Node that the app is made for', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } };
    const versions = workflows
      .flatMap(({ workflow }) => stepsOf(workflow))
      .filter(({ uses }) => uses?.startsWith('actions/setup-node@'))
      .map((step) => step.with?.['node-version']);
    const major = Number.parseInt(devDependencies.node, 10);
    expect(new Set(versions)).toEqual(new Set([major]));
    expect(read('.nvmrc').trim()).toBe(String(major));
  });
});

describe('ci', () => {
  test('runs for pull requests and for main, and does what everybody can run', () => {
    const { on, jobs } = workflowOf('ci.yml');
    expect(on).toMatchObject({ pull_request: null, push: { branches: ['main'] } });
    expect(jobs['check']?.steps?.at(-1)?.run).toBe('.ci/run');
  });
});

describe('release', () => {
  test('publishes nothing that did not pass, and where it may write it runs nothing of the project', () => {
    const { jobs } = workflowOf('release.yml') as unknown as {
      jobs: Record<string, Job & { needs: string }>;
    };
    expect(jobs['package']?.needs).toBe('ci');
    expect(jobs['publish']?.needs).toBe('package');
    const publish = jobs['publish']?.steps ?? [];
    expect(publish.some(({ uses }) => uses?.startsWith('actions/checkout@'))).toBe(false);
    for (const { run = '' } of publish) expect(run).not.toMatch(/\bnp[mx]\b|\bnode\b/);
  });

  test('attaches all that npm run package writes beside the app', () => {
    const uploaded = stepsOf(workflowOf('release.yml')).find(({ uses }) => uses?.includes('upload-artifact'));
    expect(String(uploaded?.with?.['path']).trim().split(/\s+/)).toEqual([
      'dist/gracewatch.zip',
      'dist/gracewatch.zip.sha256',
      'dist/gracewatch.sbom.json',
    ]);
  });
});

describe('deploy', () => {
  test('signs in by federation and installs nothing', () => {
    const steps = stepsOf(workflowOf('deploy.yml'));
    const login = steps.find(({ uses }) => uses?.startsWith('azure/login@'));
    expect(Object.keys(login?.with ?? {})).toEqual(['client-id', 'tenant-id', 'subscription-id']);
    for (const { run = '' } of steps) expect(run).not.toMatch(/\bnp[mx]\b/);
  });

  test('deploys what a release built, and looks whether it is that', () => {
    const commands = stepsOf(workflowOf('deploy.yml'))
      .map(({ run = '' }) => run)
      .join('\n');
    for (const part of ['gh release download', 'sha256sum --check', 'gh attestation verify']) {
      expect(commands).toContain(part);
    }
    expect(commands).not.toContain('npm run package');
  });

  test('compiles with the Bicep that the template was checked with', () => {
    const commands = stepsOf(workflowOf('deploy.yml')).map(({ run = '' }) => run);
    const install = commands.findIndex((run) => run.includes('az bicep install --version "v$version"'));
    const resources = commands.findIndex((run) => run.includes('az deployment group create'));
    expect(install).toBeGreaterThan(-1);
    expect(install).toBeLessThan(resources);
    const { metadata } = JSON.parse(read('infra/main.json')) as {
      metadata: { _generator: { version: string } };
    };
    expect(metadata._generator.version.split('.').slice(0, 3).join('.')).toBe(pinnedBicep);
  });

  test('may assign the roles of the app and no other', () => {
    const guids = (file: string): string[] =>
      [...read(file).matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)].map(([guid]) => guid).sort();
    const roles = guids('infra/modules/access.bicep');
    expect(guids('.github/deployer-condition.txt')).toEqual([...roles, ...roles].sort());
  });
});
