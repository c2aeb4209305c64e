/** What starts functions: the HTTP server, the listener of a queue, a timer. */
export interface Trigger {
  /** Starts nothing more, and returns when what is under way has ended. */
  stop(): Promise<void>;
  /** After `stop`, when the time for it is over: what is under way is left as if the host had been killed. */
  abandon(): void;
}
