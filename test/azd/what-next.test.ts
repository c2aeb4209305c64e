import { expect, test } from '@jest/globals';
import { nextSteps } from '../../scripts/azd/what-next.ts';

const environment = {
  appName: 'gracewatch-abc',
  AZURE_RESOURCE_GROUP: 'watch',
  hostName: 'gracewatch.example',
};

test('what is left to do is told with the commands as they are to be typed', () => {
  const text = nextSteps(environment);
  for (const command of ['permissions grant', 'sign-in', 'doctor']) {
    expect(text).toContain(
      `npx gracewatch ${command} --app gracewatch-abc --resource-group watch\n`.trimEnd(),
    );
  }
  expect(text).toContain('4. ');
});

test('who can sign in already is not told to make it possible', () => {
  const text = nextSteps({ ...environment, SIGN_IN_CLIENT_ID: '33333333-4444-4555-8666-777777777777' });
  expect(text).not.toContain('sign-in');
  expect(text).not.toContain('4. ');
});
