import type {
  Application,
  ApplicationChanges,
  FederatedCredential,
  NewApplication,
  NewFederatedCredential,
  ServicePrincipal,
} from '../directory/directory.ts';

/** What stands in the directory of an application. */
export interface PresentApplication {
  application?: Application;
  trusts: FederatedCredential[];
  servicePrincipal?: ServicePrincipal;
}

/** One change of the directory. */
export type Step =
  | { kind: 'create-application'; application: NewApplication }
  | { kind: 'change-application'; changes: ApplicationChanges }
  | { kind: 'trust-identity'; credential: NewFederatedCredential }
  | { kind: 'correct-trust'; credentialId: string; credential: NewFederatedCredential }
  | { kind: 'create-service-principal' }
  | { kind: 'require-assignment' }
  | { kind: 'allow'; principalId: string; appRoleId: string };

/** Something that is to be so; with the step that makes it so where it is not. */
export interface Aspect {
  name: string;
  text: string;
  /** How it is instead, where it is there and wrong. */
  was?: string;
  step?: Step;
}

/** An aspect of an application that is there: as it is, or what is to be changed of it. */
export function applicationAspect(
  name: string,
  text: string,
  isSo: boolean,
  { was, changes }: { was: string; changes: ApplicationChanges },
): Aspect {
  return isSo ? { name, text } : { name, text, was, step: { kind: 'change-application', changes } };
}
