import { z } from 'zod';
import type { StoredAlert } from '../alert/alert.ts';
import { textIn } from './wording.ts';

/**
 * What the facts of an alert say about licences, in names. Facts are written by rules, also by somebody's own and by older
 * versions: whatever has another form is left out, and the card tells the rest.
 */
export interface LicenceFacts {
  /** Undefined where the rule says nothing about it; empty where there was none. */
  before?: string[];
  after?: string[];
  /** Products and service plans that went, or the one that was to come. */
  concerned: string[];
  reason?: string;
}

const namedSchema = z.union([
  z.string().transform((name) => ({ name, disabledPlans: [] as string[] })),
  z.object({
    name: z.string(),
    product: z.string().optional().catch(undefined),
    disabledPlans: z
      .array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]))
      .catch([])
      .default([]),
  }),
]);
type Named = z.infer<typeof namedSchema>;

export function licenceFacts(facts: StoredAlert['facts']): LicenceFacts {
  const before = namesIn(facts['before']);
  const after = namesIn(facts['after']);
  const reason = textIn(facts['reason']);
  const concerned = ['product', 'sku', 'products', 'plans'].flatMap((name) => namesIn(facts[name]) ?? []);
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    concerned: [...new Set(concerned)],
    ...(reason === undefined ? {} : { reason }),
  };
}

function namesIn(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((entry) => {
    const named = namedSchema.safeParse(entry);
    return named.success ? [licenceName(named.data)] : [];
  });
}

function licenceName(named: Named): string {
  const within = 'product' in named && named.product !== undefined ? ` in ${named.product}` : '';
  const without = named.disabledPlans.length === 0 ? '' : ` (without ${named.disabledPlans.join(', ')})`;
  return `${named.name}${within}${without}`;
}
