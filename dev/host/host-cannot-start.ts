/** Something a person has to put right before the host can run. The message is all that is shown, so it says what and where. */
export class HostCannotStart extends Error {
  override name = 'HostCannotStart';
}
