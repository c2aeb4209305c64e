import { describe, expect, test } from '@jest/globals';
import type { Cause } from '../../shared/cause/explanation.ts';
import { doerWords } from '../../shared/card/wording.ts';
import { storedAlert } from '../builders/stored-alert.ts';

describe('who did it', () => {
  const about = { title: 'Licence lost', doer: true };
  const cause = (overrides: Partial<Cause>): Cause => ({
    kind: 'pending',
    evidence: [],
    confidence: 'unknown',
    text: 'Because.',
    ...overrides,
  });

  test('is the service, where a cause says that nobody did', () => {
    const alert = storedAlert({ about, cause: cause({ kind: 'subscription-lapsed' }) });
    expect(doerWords(alert)).toBe("Microsoft's subscription service");
  });

  test('is not known, where nothing says so', () => {
    expect(doerWords(storedAlert({ about, cause: cause({}) }))).toBeUndefined();
    expect(doerWords(storedAlert({ about, cause: cause({ kind: 'removed-from-group' }) }))).toBeUndefined();
  });
});
