/** The key of the application that people sign in to, by the name of the app that it is for (FACTS 11.10). */
export function signInName(appName: string): string {
  return `gracewatch-sign-in-${appName}`;
}
