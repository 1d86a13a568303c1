/** Why an entity that was announced cannot be connected, as a sentence that names what is in the way. */
export class NotConnectable extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NotConnectable'
  }
}
