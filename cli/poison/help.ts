import { targetHelp } from '../target/target.ts';

export const poisonHelp = `Usage: npx gracewatch poison list [--queue QUEUE] [options]
       npx gracewatch poison show MESSAGE [options]
       npx gracewatch poison replay [MESSAGE…] [--queue QUEUE] [options]
       npx gracewatch poison drop MESSAGE… | --queue QUEUE [options]

Messages that could not be handled, as report-poison keeps them, and records that could not be read (queues unreadable-…).
MESSAGE is the id that list shows, or as much of its beginning as is unmistakable. Needs the roles Storage Table Data Contributor,
Storage Queue Data Contributor and Storage Blob Data Contributor on the storage account of the app.

list     what is kept: where it failed, since when, of which tenant, and what it carries
show     one of them: its envelope and the ids of what it carries; never its body, which may hold names, numbers and more
replay   puts back those that are named, else all that is kept but for unreadable records; harmless, also twice. The alert
         closes itself at the next report-poison, within five minutes
drop     deletes what is of no use any more, after a question: what it carries is then never evaluated

${targetHelp}
  --queue QUEUE                    only those of this queue
  --dry-run                        replay, drop: show what would be done
  --yes                            drop: without the question
  --json                           print one JSON document instead: list and show what is kept, replay and drop what became of it
  -h, --help                       this text

Exit codes: 0 done, or nothing to do; 1 not reached or not confirmed; 2 wrong use or settings; 3 done, but for records that are still unreadable.
`;
