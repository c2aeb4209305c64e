import type { Deposit } from '../audit-logs.ts';
import { doers, groups, type Person, people } from './contoso.ts';
import {
  accountChange,
  groupDeletion,
  groupLicenceChange,
  groupLicensingFinished,
  membershipChange,
} from './directory-change.ts';
import { failedAssignment, licenceChange } from './licence-change.ts';
import { exchangeCommand } from './noise.ts';
import { type Holding, mobilityE3, office365E3, office365E5, visioPlan2 } from './products.ts';

/** A moment of the story: what the logs receive then. Records tell of the moment itself, or of seconds before it. */
export interface Scene {
  /** Seconds after the beginning. */
  second: number;
  title: string;
  /** `now` in milliseconds since 1970. */
  happen: (now: number) => Deposit[];
}

const e3: Holding = { product: office365E3 };
const e5: Holding = { product: office365E5 };
const grantedE5: Holding = { ...e5, groupId: groups.licensedE5.id };
const grantedMobility: Holding = { product: mobilityE3, groupId: groups.managedDevices.id };
const grantedVisio: Holding = { product: visioPlan2, groupId: groups.visioPilot.id };

/** Seconds that blobs of the unified log come after the event; an hour in life (FACTS 7.3), a moment here. */
const unifiedDelay = 3;

/** How long the record of who removed Emeka stays away: long enough that his alert must first say that it waits for the logs. */
const lateSeconds = 22;

/**
 * Stories 1 (up to the failed assignments) and 2 of the design. The first scene gives back what an earlier play took away, so the
 * story can be played again with the same people.
 */
export const scenes: readonly Scene[] = [
  {
    second: 0,
    title: 'Everybody has what they should have',
    happen: (at) => [
      later(licenceChange({ user: people.lukas, before: [], after: [e3], by: doers.ingrid, at })),
      later(
        licenceChange({ user: people.noah, before: [], after: [e3], by: doers.ingrid, at, entra: 'twin' }),
      ),
      later(licenceChange({ user: people.oliver, before: [], after: [e3], by: doers.ingrid, at })),
      later(accountChange('enabled', people.noah, { by: doers.ingrid, at: at - 1000 })),
      ...[people.sofia, people.emeka].flatMap((user) => join(user, at)),
      later(
        groupLicenceChange(groups.managedDevices, [], [grantedMobility], { by: doers.ingrid, at: at - 2000 }),
      ),
      ...[people.hannah, people.yusuf].map((user) => granted(user, [e3], [e3, grantedMobility], at)),
      granted(people.grace, [e3], [e3, grantedVisio], at),
    ],
  },
  {
    second: 4,
    title: 'A migration batch is completed; a script licenses five users',
    happen: (at) => [
      {
        unified: [
          exchangeCommand('Complete-MigrationBatch', 'Wave 7', doers.script.person.upn, at - 3000, {
            Identity: 'Wave 7',
          }),
        ],
      },
      later(
        licenceChange({
          user: people.anna,
          before: [],
          after: [e3],
          by: doers.script,
          at: at - 2000,
          entra: 'sequence',
        }),
      ),
      later(
        failedAssignment({
          user: people.maria,
          wanted: e3,
          reason: noSeats,
          by: doers.script,
          at: at - 1600,
        }),
      ),
      later(
        licenceChange({
          user: people.jan,
          before: [],
          after: [e3],
          by: doers.script,
          at: at - 1200,
          entra: 'twin',
        }),
      ),
      later(failedAssignment({ user: people.daniel, reason: noSeats, by: doers.script, at: at - 800 })),
      later(
        failedAssignment({
          user: people.siobhan,
          wanted: e3,
          reason: noLocation,
          by: doers.script,
          at: at - 400,
        }),
      ),
    ],
  },
  {
    second: 12,
    title: 'A help desk operator removes a licence directly',
    happen: (at) => [
      later(licenceChange({ user: people.lukas, before: [e3], after: [], by: doers.tomas, at: at - 500 })),
    ],
  },
  {
    second: 18,
    title: 'Somebody is removed from a licensed group, and group licensing takes the product',
    happen: (at) => [
      later(membershipChange('removed', people.sofia, groups.licensedE5, { by: doers.priya, at: at - 2000 })),
      later(withdrawn(people.sofia, [grantedE5], [], at, 'sequence')),
    ],
  },
  {
    second: 23,
    title: 'Another loses the same product, and the record of who did it is late',
    happen: (at) => [
      {
        ...membershipChange('removed', people.emeka, groups.licensedE5, { by: doers.priya, at: at - 2000 }),
        entraDelay: lateSeconds,
        unifiedDelay: lateSeconds + unifiedDelay,
      },
      later(withdrawn(people.emeka, [grantedE5], [], at)),
    ],
  },
  {
    second: 30,
    title: 'An administrator takes a product from a group; its two members lose it',
    happen: (at) => [
      later(
        groupLicenceChange(groups.managedDevices, [grantedMobility], [], { by: doers.ingrid, at: at - 2000 }),
      ),
      later(withdrawn(people.hannah, [e3, grantedMobility], [e3], at - 800)),
      later(withdrawn(people.yusuf, [e3, grantedMobility], [e3], at - 600)),
      later(groupLicensingFinished(groups.managedDevices, 2, 0, at)),
    ],
  },
  {
    second: 36,
    title: 'A group is deleted, and with it the product of its member',
    happen: (at) => [
      later(groupDeletion(groups.visioPilot, { by: doers.tomas, at: at - 2000 })),
      later(withdrawn(people.grace, [e3, grantedVisio], [e3], at)),
    ],
  },
  {
    second: 41,
    title: 'A better product replaces another: nobody need know',
    happen: (at) => [
      later(
        licenceChange({
          user: people.oliver,
          before: [e3],
          after: [e5],
          by: doers.ingrid,
          at,
          entra: 'sequence',
          unified: 'sequence',
        }),
      ),
    ],
  },
  {
    second: 45,
    title: 'Somebody leaves the company: the account is disabled, then the licence goes',
    happen: (at) => [
      later(accountChange('disabled', people.noah, { by: doers.priya, at: at - 3000 })),
      later(licenceChange({ user: people.noah, before: [e3], after: [], by: doers.priya, at })),
    ],
  },
  {
    second: 55,
    title: 'A failed assignment is put right',
    happen: (at) => [
      later(
        licenceChange({ user: people.maria, before: [], after: [e3], by: doers.ingrid, at, entra: 'twin' }),
      ),
    ],
  },
];

/** What Graph answers to an assignment without free units; the only name of the product is its id. */
const noSeats = `Subscription with SKU ${office365E3.skuId} does not have any available licenses.`;
const noLocation = 'License assignment cannot be done for user with invalid usage location.';

function later(records: Deposit): Deposit {
  return { ...records, unifiedDelay };
}

/** Joining the licensed group, and what group licensing makes of it. */
function join(user: Person, at: number): Deposit[] {
  return [
    later(membershipChange('added', user, groups.licensedE5, { by: doers.priya, at: at - 1000 })),
    granted(user, [], [grantedE5], at),
  ];
}

function granted(user: Person, before: Holding[], after: Holding[], at: number): Deposit {
  return later(licenceChange({ user, before, after, by: doers.groupLicensing, at }));
}

/** The licensing service is who writes it, and never who decided it. */
function withdrawn(
  user: Person,
  before: Holding[],
  after: Holding[],
  at: number,
  entra: 'detailed' | 'sequence' = 'detailed',
): Deposit {
  return licenceChange({ user, before, after, by: doers.groupLicensing, at, entra });
}
