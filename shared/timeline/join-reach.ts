/**
 * How far apart two records may lie and still tell one thing. Records of one change are written within seconds, its parts and the
 * follow-ups under its correlation id within a minute or two. A script may use one correlation id for days: without an end what a
 * record tells would hang on records of any age, and nothing could be remembered of what is long past.
 */
export const togetherMinutes = 5;

/**
 * Parts join into a change, and changes into a fact: two steps. A record has a say only in facts that are not earlier than this before
 * it, so what was computed from records before that stands, however late it comes.
 */
export const joinReachMinutes = 2 * togetherMinutes;
