/** Something that a person has to put right before anything can run. The message is all that is shown. */
export class CannotStart extends Error {
  override name = 'CannotStart';
}
