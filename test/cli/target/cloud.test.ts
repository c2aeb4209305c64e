import { expect, test } from '@jest/globals';
import { cloudOf } from '../../../cli/target/cloud.ts';

test('without settings it is the public cloud, as the person who is signed in', () => {
  expect(cloudOf({})).toEqual({
    graph: 'https://graph.microsoft.com',
    authority: 'https://login.microsoftonline.com',
    person: 'signed-in',
  });
});

test('another cloud is what the settings say, with or without a slash or version', () => {
  const settings = {
    GRACEWATCH_CREDENTIAL: 'managed-identity',
    GRACEWATCH_GRAPH_ENDPOINT: ' https://graph.microsoft.us/v1.0 ',
    GRACEWATCH_AUTHORITY: 'https://login.microsoftonline.us/',
  };
  expect(cloudOf(settings)).toEqual({
    graph: 'https://graph.microsoft.us',
    authority: 'https://login.microsoftonline.us',
    person: 'signed-in',
  });
});

test('without a credential it is this machine, and nobody issues tokens', () => {
  const settings = { GRACEWATCH_CREDENTIAL: 'none', GRACEWATCH_GRAPH_ENDPOINT: 'http://127.0.0.1:7072' };
  expect(cloudOf(settings)).toEqual({
    graph: 'http://127.0.0.1:7072',
    authority: 'https://login.microsoftonline.com',
    person: 'none',
  });
});

test.each([
  [
    'a token over plain http',
    { GRACEWATCH_GRAPH_ENDPOINT: 'http://graph.example' },
    'GRACEWATCH_GRAPH_ENDPOINT must be an https URL',
  ],
  [
    'no URL',
    { GRACEWATCH_AUTHORITY: 'login.microsoftonline.com' },
    'GRACEWATCH_AUTHORITY must be an https URL',
  ],
  [
    'another machine without a credential',
    { GRACEWATCH_CREDENTIAL: 'none', GRACEWATCH_GRAPH_ENDPOINT: 'https://graph.microsoft.com' },
    'GRACEWATCH_GRAPH_ENDPOINT must be on loopback while GRACEWATCH_CREDENTIAL is none',
  ],
  [
    'no machine without a credential',
    { GRACEWATCH_CREDENTIAL: 'none' },
    'GRACEWATCH_GRAPH_ENDPOINT must be on loopback while GRACEWATCH_CREDENTIAL is none',
  ],
])('%s is refused by the name of the setting', (_, settings, message) => {
  expect(() => cloudOf(settings)).toThrow(message);
});
