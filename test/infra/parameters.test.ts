import { describe, expect, test } from '@jest/globals';
import { readSources } from './sources.ts';
import { readText, textsIn } from './template.ts';

const tried = JSON.parse(readText('snapshots/parameter-checks.snapshot.json')) as {
  outputs: Record<'accepted' | 'refused', Record<string, boolean[]>>;
};

/** The texts of a list that is called `workflowHosts`, in Bicep or TypeScript. */
function workflowHostsIn(text: string): string[] {
  const list = /\bworkflowHosts = \[([^\]]*)\]/.exec(text)?.[1] ?? '';
  return Array.from(list.matchAll(/'([^']+)'/g), (match) => match[1] ?? '');
}

describe('what is checked before anything is made', () => {
  test.each(Object.entries(tried.outputs.accepted))('right %s are accepted', (_kind, answers) => {
    expect(answers).toEqual(answers.map(() => true));
  });

  test.each(Object.entries(tried.outputs.refused))('wrong %s are refused', (_kind, answers) => {
    expect(answers).toEqual(answers.map(() => false));
  });

  test('every check that the template uses was tried', () => {
    const used = /import \{([^}]+)\} from 'checks\.bicep'/.exec(readText('main.bicep'))?.[1] ?? '';
    const names = used.split(/[\s,]+/).filter((name) => name !== '' && name !== 'areDistinct');
    const trials = readText('snapshots/parameter-checks.bicep');
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !new RegExp(`=> ${name}\\(`).test(trials))).toEqual([]);
  });

  test('channels may be where the app lets them be, and nowhere else', () => {
    const [source] = readSources('shared').filter(([file]) => file.endsWith('/config-channels.ts'));
    const app = source?.[1] ?? '';
    expect(workflowHostsIn(readText('checks.bicep'))).toEqual(workflowHostsIn(app));
    expect(workflowHostsIn(app)).not.toEqual([]);
  });

  test('a refusal of the channels names the parameter and shows none of it', () => {
    const refusal = /isChannelList\(channels\)\s*\? channels\s*: fail\('([^']*)'\)/.exec(
      readText('main.bicep'),
    );
    expect(refusal?.[1]).toMatch(/^channels: /);
    expect(refusal?.[1]).not.toContain('${');
  });

  test('every refusal begins with the name of its parameter', () => {
    const template = JSON.parse(readText('main.json')) as { parameters: Record<string, unknown> };
    const refusals = textsIn(template).flatMap(([, text]) =>
      Array.from(text.matchAll(/fail\('((?:[^']|'')*)'\)/g), ([, sentence = '']) => sentence),
    );
    const parameters = Object.keys(template.parameters);
    expect(refusals.length).toBeGreaterThan(10);
    expect(refusals.filter((sentence) => !parameters.includes(sentence.split(':', 1)[0] ?? ''))).toEqual([
      'Gracewatch does not know the endpoints of Microsoft Graph in this cloud',
    ]);
  });
});
