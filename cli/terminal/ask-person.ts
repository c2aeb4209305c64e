import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/**
 * Asks on `output` and gives the trimmed line from `input`; undefined where no person sits there, and where he ends the input (Ctrl-D)
 * or breaks off (Ctrl-C) in place of an answer.
 */
export async function askPerson(
  question: string,
  input: Readable & { isTTY?: boolean },
  output: Writable,
): Promise<string | undefined> {
  if (input.isTTY !== true) return undefined;
  const prompt = createInterface({ input, output });
  try {
    // A question whose input ends is never answered, and the process would wait for it or break off without a word.
    const ended = new Promise<undefined>((resolve) => {
      prompt.once('close', () => {
        resolve(undefined);
      });
    });
    const answer = await Promise.race([prompt.question(question), ended]);
    return answer?.trim();
  } finally {
    prompt.close();
  }
}
