import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';

/**
 * Before azd makes resources: asks for the one value that infra/main.bicepparam cannot know, and keeps it in the azd environment, so
 * that it is asked once. Everything else has a default.
 */
const setting = 'ALARM_MAIL';

/** The form that infra/checks.bicep asks for, and nothing that a shell or an option parser could take for more. */
export function isMailAddress(text: string): boolean {
  return /^[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(text);
}

/** Asks until the answer is a mail address. @param ask puts a question to a person and gives the answer */
export async function askForMail(ask: (question: string) => Promise<string>): Promise<string> {
  let question = 'Who gets a mail when Gracewatch itself fails? One address, such as it@contoso.com: ';
  for (;;) {
    const answer = (await ask(question)).trim();
    if (isMailAddress(answer)) return answer;
    question = 'That is no mail address. One address, such as it@contoso.com: ';
  }
}

async function askSettings(): Promise<number> {
  const given = process.env[setting];
  if (given !== undefined && isMailAddress(given)) return 0;
  if (!process.stdin.isTTY) {
    console.error(
      `${setting} is not set to a mail address, and nobody is here to be asked. Set it and start again:`,
    );
    console.error(`  azd env set ${setting} it@contoso.com`);
    return 1;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const mail = await askForMail((question) => terminal.question(question));
  terminal.close();
  // azd names the environment it is working on; without it, it would be the default one.
  const environment = process.env['AZURE_ENV_NAME'];
  const which = environment === undefined ? [] : ['--environment', environment];
  const { status, error } = spawnSync('azd', ['env', 'set', setting, mail, ...which], { stdio: 'inherit' });
  if (error !== undefined) console.error(`azd cannot be started: ${error.message}`);
  return status ?? 1;
}

if (import.meta.main) process.exitCode = await askSettings();
