import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Directory } from '../directory/directory.ts';
import type { Failure } from '../directory/failure-words.ts';
import type { Aspect, PresentApplication, Step } from './aspect.ts';

/** What became of an aspect. `not-reached`: something before it was refused. */
export type Outcome =
  { kind: 'right' | 'would-do' | 'done' | 'not-reached' } | { kind: 'failed'; failure: Failure };

interface Result {
  aspect: Aspect;
  outcome: Outcome;
}

/** Ids of what the steps work on, known once it is there. */
interface Ids {
  applicationId: string;
  appId: string;
  servicePrincipalId: string;
}

/** What was done, or would be. */
export interface PlanOutcome {
  /** Nothing was to be changed. */
  dryRun: boolean;
  results: Result[];
  /** What else stands there that somebody should know of. */
  notes: string[];
  /** Known once the application is there. */
  clientId?: string;
}

/** Carries a plan out, or without `yes` only shows it. */
export async function planOutcome(
  { aspects, notes, present }: { aspects: readonly Aspect[]; notes: string[]; present: PresentApplication },
  yes: boolean,
  directory: Directory,
): Promise<PlanOutcome> {
  if (yes) return { dryRun: false, notes, ...(await carryOut(aspects, present, directory)) };
  const clientId = present.application?.appId;
  return { dryRun: true, notes, results: dryRun(aspects), ...(clientId === undefined ? {} : { clientId }) };
}

/** 1 where something was refused. */
export function planExitCode({ results }: PlanOutcome): 0 | 1 {
  return results.some(({ outcome }) => outcome.kind === 'failed') ? 1 : 0;
}

function dryRun(aspects: readonly Aspect[]): Result[] {
  return aspects.map((aspect) => ({
    aspect,
    outcome: { kind: aspect.step === undefined ? 'right' : 'would-do' },
  }));
}

/**
 * Does the steps in order, up to the first that is refused: a later one builds on it. Only of those who are to be allowed one does
 * not stand in for another. Gives the client id once there is one.
 */
async function carryOut(
  aspects: readonly Aspect[],
  present: PresentApplication,
  directory: Directory,
): Promise<{ results: Result[]; clientId?: string }> {
  let ids: Ids = {
    applicationId: present.application?.id ?? '',
    appId: present.application?.appId ?? '',
    servicePrincipalId: present.servicePrincipal?.id ?? '',
  };
  const results: Result[] = [];
  let stopped = false;
  for (const aspect of aspects) {
    if (aspect.step === undefined) {
      results.push({ aspect, outcome: { kind: 'right' } });
      continue;
    }
    if (stopped) {
      results.push({ aspect, outcome: { kind: 'not-reached' } });
      continue;
    }
    const done = await take(aspect.step, ids, directory);
    if (done.kind === 'read') {
      ids = { ...ids, ...done.value };
      results.push({ aspect, outcome: { kind: 'done' } });
    } else {
      stopped = aspect.step.kind !== 'allow';
      results.push({ aspect, outcome: { kind: 'failed', failure: done } });
    }
  }
  return { results, ...(ids.appId === '' ? {} : { clientId: ids.appId }) };
}

/** Does one step; gives the ids of what it has made. */
async function take(step: Step, ids: Ids, directory: Directory): Promise<ReadOutcome<Partial<Ids>>> {
  const { applicationId, appId, servicePrincipalId } = ids;
  switch (step.kind) {
    case 'create-application': {
      const made = await directory.createApplication(step.application);
      if (made.kind !== 'read') return made;
      return { kind: 'read', value: { applicationId: made.value.id, appId: made.value.appId } };
    }
    case 'change-application':
      return nothingNew(await directory.updateApplication(applicationId, step.changes));
    case 'trust-identity':
      return nothingNew(await directory.createFederatedCredential(applicationId, step.credential));
    case 'correct-trust':
      return nothingNew(
        await directory.updateFederatedCredential(applicationId, step.credentialId, step.credential),
      );
    case 'create-service-principal': {
      const made = await directory.createServicePrincipal(appId);
      return made.kind === 'read' ? { kind: 'read', value: { servicePrincipalId: made.value.id } } : made;
    }
    case 'require-assignment':
      return nothingNew(
        await directory.updateServicePrincipal(servicePrincipalId, { appRoleAssignmentRequired: true }),
      );
    case 'allow':
      return nothingNew(
        await directory.assignAppRole(
          { principalId: step.principalId, resourceId: servicePrincipalId, appRoleId: step.appRoleId },
          'access',
        ),
      );
  }
}

function nothingNew(outcome: ReadOutcome<void>): ReadOutcome<Partial<Ids>> {
  return outcome.kind === 'read' ? { kind: 'read', value: {} } : outcome;
}
