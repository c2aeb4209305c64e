/** The Functions host whose behaviour is imitated (FACTS 11.13). */
export const hostVersion = '4.1037.0';
