import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { askPerson } from '../../../cli/terminal/ask-person.ts';

/** A keyboard and a screen. */
function person(isThere = true) {
  const keyboard = Object.assign(new PassThrough(), { isTTY: isThere });
  const screen = new PassThrough();
  return { keyboard, screen };
}

test('the person reads the question and his line is the answer, without the blanks around it', async () => {
  const { keyboard, screen } = person();
  const answer = askPerson('Really? ', keyboard, screen);
  keyboard.write('  yes \n');
  expect(await answer).toBe('yes');
  expect(String(screen.read())).toContain('Really? ');
});

test('two questions get an answer each', async () => {
  const { keyboard, screen } = person();
  for (const word of ['one', 'two']) {
    const answer = askPerson('? ', keyboard, screen);
    keyboard.write(`${word}\n`);
    expect(await answer).toBe(word);
  }
});

test('who ends the input has given no answer, and the command goes on', async () => {
  const { keyboard, screen } = person();
  const answer = askPerson('Really? ', keyboard, screen);
  keyboard.end();
  expect(await answer).toBeUndefined();
});

test('nobody is asked where nobody is there, as in a pipe or a workflow', async () => {
  const { keyboard, screen } = person(false);
  keyboard.write('yes\n');
  expect(await askPerson('Really? ', keyboard, screen)).toBeUndefined();
  expect(screen.read()).toBeNull();
});
