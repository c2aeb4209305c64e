import { z } from 'zod';
import {
  readJson,
  receive,
  standardTimeoutMilliseconds,
  withoutRedirects,
} from '../../shared/adapters/http-answers.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';

const service = 'the authority';

/** `https://login.microsoftonline.com/{tenant id}/v2.0`, whatever name of the tenant it was asked by. */
const documentSchema = z.object({ issuer: z.string() });
const issuerPattern = /^https:\/\/[^/]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0\/?$/i;

/**
 * The id of the tenant with this id or domain, as the authority's OpenID configuration tells everybody; undefined where no tenant of this
 * cloud has it.
 */
export async function findTenant(
  authority: string,
  idOrDomain: string,
  timeoutMilliseconds = standardTimeoutMilliseconds,
): Promise<ReadOutcome<string | undefined>> {
  const url = `${authority}/${encodeURIComponent(idOrDomain)}/v2.0/.well-known/openid-configuration`;
  const answer = await receive(service, timeoutMilliseconds, (signal) =>
    fetch(url, { ...withoutRedirects, signal, headers: { Accept: 'application/json' } }),
  );
  if (answer.kind !== 'read') return answer;
  const { status } = answer.value;
  // AADSTS90002, "Tenant … not found", comes as a 400.
  if (status === 400 || status === 404) return { kind: 'read', value: undefined };
  if (status !== 200) return { kind: 'later', reason: `${service} answered ${status}` };
  const json = readJson(service, answer.value);
  if (json.kind !== 'read') return json;
  const document = documentSchema.safeParse(json.value);
  const id = issuerPattern.exec(document.data?.issuer ?? '')?.[1];
  return id === undefined
    ? { kind: 'refused', reason: `${service} names no tenant in its answer` }
    : { kind: 'read', value: id.toLowerCase() };
}
