import type { TenantDescription } from '../audit-logs.ts';
import { stableGuid } from '../stable-guid.ts';

/** The tenant of the story, and who lives in it. All of it is made up; the ids are the same at every play. */
export const contoso: TenantDescription = {
  id: '11111111-2222-4333-8444-555555555555',
  name: 'Contoso',
  domain: 'contoso.com',
};

export interface Person {
  id: string;
  upn: string;
  name: string;
}

export interface Group {
  id: string;
  name: string;
}

/** An application that appears in records, with the id of its service principal. */
interface Application {
  name: string;
  appId: string;
  servicePrincipalId: string;
}

/** Who does something: a person through an application, or the application itself. */
export type Doer =
  | { kind: 'person'; person: Person; through: Application; ip: string; userAgent: string }
  | { kind: 'application'; application: Application };

/** The id of something in the story, so that a second play meets the same users. */
export function stableId(text: string): string {
  return stableGuid(`contoso/${text}`);
}

function person(alias: string, name: string): Person {
  return { id: stableId(`user/${alias}`), upn: `${alias}@${contoso.domain}`, name };
}

function group(name: string): Group {
  return { id: stableId(`group/${name}`), name };
}

function application(name: string, appId = stableId(`app/${name}`)): Application {
  return { name, appId, servicePrincipalId: stableId(`principal/${name}`) };
}

export const people = {
  // Administrators
  ingrid: person('ingrid.haugen', 'Ingrid Haugen'),
  tomas: person('tomas.rivera', 'Tomás Rivera'),
  priya: person('priya.natarajan', 'Priya Natarajan'),
  // Moved to Exchange Online, to be licensed by a script (story 1)
  anna: person('anna.bergstrom', 'Anna Bergström'),
  maria: person('maria.oliveira', 'Maria Oliveira'),
  daniel: person('daniel.okafor', 'Daniel Okafor'),
  siobhan: person('siobhan.oconnor', "Siobhán O'Connor"),
  jan: person('jan.kowalski', 'Jan Kowalski'),
  // Who lose something, or seem to (story 2)
  lukas: person('lukas.weber', 'Lukas Weber'),
  sofia: person('sofia.rossi', 'Sofia Rossi'),
  emeka: person('emeka.obi', 'Emeka Obi'),
  hannah: person('hannah.schmidt', 'Hannah Schmidt'),
  yusuf: person('yusuf.demir', 'Yusuf Demir'),
  grace: person('grace.lindqvist', 'Grace Lindqvist'),
  oliver: person('oliver.grant', 'Oliver Grant'),
  noah: person('noah.fischer', 'Noah Fischer'),
  // Older matters, for the first look back
  chloe: person('chloe.martin', 'Chloé Martin'),
  ravi: person('ravi.menon', 'Ravi Menon'),
  elena: person('elena.popescu', 'Elena Popescu'),
} satisfies Record<string, Person>;

export const groups = {
  licensedE5: group('Licensed users E5'),
  managedDevices: group('Managed devices'),
  visioPilot: group('Visio pilot 2026'),
} satisfies Record<string, Group>;

const applications = {
  graphPowerShell: application('Microsoft Graph Command Line Tools', '14d82eec-204b-4c2f-b7e8-296a70dab67e'),
  officePortal: application('Microsoft Office 365 Portal', '00000006-0000-0ff1-ce00-000000000000'),
  groupLicensing: application('Microsoft Azure AD Group-Based Licensing'),
  directorySync: application('Microsoft.Azure.SyncFabric'),
};

const browser =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0';

export const doers = {
  /** The migration script, run by an administrator. */
  script: {
    kind: 'person',
    person: people.ingrid,
    through: applications.graphPowerShell,
    ip: '192.0.2.40',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.20348; en-US) PowerShell/7.5.1',
  },
  ingrid: {
    kind: 'person',
    person: people.ingrid,
    through: applications.officePortal,
    ip: '192.0.2.40',
    userAgent: browser,
  },
  tomas: {
    kind: 'person',
    person: people.tomas,
    through: applications.officePortal,
    ip: '198.51.100.17',
    userAgent: browser,
  },
  priya: {
    kind: 'person',
    person: people.priya,
    through: applications.officePortal,
    ip: '2001:db8::1f',
    userAgent: browser,
  },
  groupLicensing: { kind: 'application', application: applications.groupLicensing },
  directorySync: { kind: 'application', application: applications.directorySync },
} satisfies Record<string, Doer>;
