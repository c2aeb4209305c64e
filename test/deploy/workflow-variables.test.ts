import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { templateVariables } from '../../scripts/deploy/workflow-variables.ts';
import { root } from '../flow/running-host.ts';

const bicepparam = readFileSync(path.join(root, 'infra', 'main.bicepparam'), 'utf8');

test('the template gets the variables that it reads and that are set, and no other', () => {
  const variables = {
    ALARM_MAIL: 'it@contoso.com',
    GRACEWATCH_TENANTS: '[\n{}\n]',
    DEPLOYMENT_NAME: '',
    PATH: '/tmp',
    AZURE_CLIENT_ID: '22222222-3333-4444-8555-666666666666',
  };
  expect(templateVariables(bicepparam, variables)).toEqual([
    ['ALARM_MAIL', 'it@contoso.com'],
    ['GRACEWATCH_TENANTS', '[\n{}\n]'],
  ]);
});

test('addresses of channels are refused as a variable', () => {
  const variables = { GRACEWATCH_CHANNELS: '[{"url":"https://flow.example/?sig=abc"}]' };
  const refusal = () => templateVariables(bicepparam, variables);
  expect(refusal).toThrow('key vault');
  expect(refusal).not.toThrow('sig=abc');
});
