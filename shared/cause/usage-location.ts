/**
 * An assignment that was refused for the country of the user: `invalid` where there is none, or none that is a country (the service says
 * "… user with invalid usage location"); `prohibited` where a service is not allowed there (FACTS 2.2). By the words of the reason, which
 * decide what to do first and nothing else.
 */
export function usageLocationRefusal(reason: string | undefined): 'invalid' | 'prohibited' | undefined {
  if (reason === undefined || !/usage\s?location/i.test(reason)) return undefined;
  return /prohibited/i.test(reason) ? 'prohibited' : 'invalid';
}
