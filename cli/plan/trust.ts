import type { FederatedCredential, NewFederatedCredential } from '../directory/directory.ts';
import { isSameTrust } from '../directory/identity-trust.ts';
import type { Aspect } from './aspect.ts';

/** An identity that was made anew has another id, and Entra refuses without a word what its forerunner could do. */
export function trustAspect(wanted: NewFederatedCredential, present: readonly FederatedCredential[]): Aspect {
  const name = 'trust';
  const text = `it trusts the identity ${wanted.subject} in place of a secret`;
  if (present.some((credential) => isSameTrust(credential, wanted))) return { name, text };
  const wrong =
    present.find((credential) => credential.name === wanted.name) ??
    // Issuer and subject together may stand in an application only once.
    present.find(({ issuer, subject }) => issuer === wanted.issuer && subject === wanted.subject);
  if (wrong === undefined) return { name, text, step: { kind: 'trust-identity', credential: wanted } };
  return {
    name,
    text,
    was: differences(wrong, wanted).join('; '),
    step: { kind: 'correct-trust', credentialId: wrong.id, credential: { ...wanted, name: wrong.name } },
  };
}

function differences(wrong: NewFederatedCredential, right: NewFederatedCredential): string[] {
  return [
    ...(wrong.subject === right.subject ? [] : [`subject ${wrong.subject}`]),
    ...(wrong.issuer === right.issuer ? [] : [`issuer ${wrong.issuer}`]),
    ...(wrong.audiences.join() === right.audiences.join() ? [] : [`audience ${wrong.audiences.join(', ')}`]),
  ];
}

/** Whom else the application trusts: somebody should know of it, and it is left as it is. */
export function strangersNotes(
  wanted: NewFederatedCredential,
  present: readonly FederatedCredential[],
): string[] {
  return present
    .filter((credential) => credential.name !== wanted.name && !isSameTrust(credential, wanted))
    .map(
      ({ name, subject }) =>
        `the application also trusts ${name} (subject ${subject}), which Gracewatch did not set: look whether that is meant`,
    );
}
