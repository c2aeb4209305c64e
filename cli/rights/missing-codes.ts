/** So Graph says that the application is not in the tenant, which then has granted it nothing. */
export const applicationIsAbsent = 'Authorization_IdentityNotFound';

/** So the Activity API says that the token does not carry its permission (FACTS 7.4). */
export const noActivityFeed = 'AF10001';

/** Whether a service says with this code that a permission is missing; the status alone may come from anybody on the way. */
export function saysMissing(code: string): boolean {
  return (
    code === noActivityFeed ||
    code === 'Authentication_MSGraphPermissionMissing' ||
    code.startsWith('Authorization_')
  );
}

/** The code that stands in brackets in a stored reason: `Graph answered 403 (Authorization_RequestDenied)`. */
export function codeInReason(reason: string): string {
  return /\(([\w.-]+)\)$/.exec(reason)?.[1] ?? '';
}
