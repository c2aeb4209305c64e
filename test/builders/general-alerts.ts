import type { StoredAlert } from '../../shared/alert/alert.ts';
import { storedAlert } from './stored-alert.ts';

/** Alerts of rules that have nothing to do with licences: what is general must treat them as well as any. */

/** A user of whom only phones are registered; nobody's deed. */
export const phoneOnly: StoredAlert = storedAlert({
  id: 'b2'.repeat(32),
  rule: 'mfa-registration/mfa-phone-only',
  about: {
    title: 'Only a phone is registered',
    reference:
      'https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-methods',
    knownGaps: ['Whether the phone is in the user’s hands.'],
    doer: false,
  },
  severity: 'low',
  title: 'anna.lee@contoso.com can sign in with a phone only',
  summary: 'A phone can be taken over, and a lost one locks the user out.',
  details: [
    { label: 'Sign-ins', value: 4312, weight: 1 },
    { label: 'Methods', value: ['mobile phone', 'office phone'], weight: 3 },
  ],
  facts: { methods: ['mobilePhone', 'officePhone'], before: [], product: 'none of its business' },
  evidence: [
    {
      source: 'registration',
      subject: '0a0a0a0a-0000-4000-8000-000000000001',
      at: '2026-02-03T09:15:00.000Z',
    },
  ],
  runbook: ['Ask the user to register the Authenticator app.'],
  extent: [],
});

/** A product of which no seat is left. */
export const seatsGone: StoredAlert = storedAlert({
  id: 'c3'.repeat(32),
  rule: 'subscriptions/seats-exhausted',
  about: { title: 'No seat left' },
  subject: { kind: 'sku', id: '6fd2c87f-b296-42f0-b197-1e91e994b900', name: 'Office 365 E3' },
  title: 'Office 365 E3 has no seat left',
  summary: 'All 1,250 seats are in use.',
  details: [
    { label: 'Seats', value: 1250, weight: 2 },
    { label: 'In use', value: 1250, weight: 2 },
  ],
  facts: { sku: 'ENTERPRISEPACK', before: [], after: [] },
  evidence: [],
  runbook: ['Buy more, or free some.'],
});
