import { targetHelp } from '../target/target.ts';

export const doctorHelp = `Usage: npx gracewatch doctor [options]

Looks at everything that Gracewatch needs and says of each thing whether it is well, what it means and what mends it:
settings, storage, each tenant with its permissions, the public URL, who may read, channels, clock, queues, last collections, versions.
It leaves everything as it is. It works before the deployment too: what does not exist yet is named.

Options
${targetHelp}  --tenant ID|NAME|DOMAIN          only this tenant; may be given several times
  --send                           post a test card to each channel
  --json                           print one JSON document instead: {target, at, checks, ok, skip, warn, fail}
  -h, --help                       this text

Marks: ok; -, it was not looked at (in JSON the status skip); warn, it works with a limit or is not known;
FAIL, it does not work.
Exit codes: 0 nothing fails, 1 something fails, 2 wrong use, or no such app.
`;
