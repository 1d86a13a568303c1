/** Whether a text means nothing to a shell, which expands some of what it is offered, and is one word. */
export function isTypedWord(text: string): boolean {
  return text.length <= 200 && /^[\p{L}\p{N}_][\p{L}\p{N}._@+:-]*$|^--[a-z0-9-]+$/u.test(text)
}
