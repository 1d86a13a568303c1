/** Characters of a topic that is subscribed to or published on. */
const TOPIC_LENGTH = 1_024

/** Whether a topic can be subscribed to and published on as it is: one without wildcards that every broker takes. */
export function isTopic(text: string): boolean {
  return text !== '' && text.length <= TOPIC_LENGTH && text.isWellFormed() && !/[#+\0]/.test(text)
}
