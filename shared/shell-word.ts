/** A text as one word of a command that a person copies into a shell: in quotes, whatever stands in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
