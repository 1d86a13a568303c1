/** A comment of the form of JSDoc with the indentation of the line it begins, and the word it stands before. */
const COMMENT = /^([ ]*)\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export const )?([A-Za-z_]\w*)/gm

/**
 * What the comments of a source file say, each as one paragraph: those of constants, which begin a line, and those of
 * fields, which are indented. Of two fields with one name the first is taken.
 */
export function docComments(source: string): { constants: Map<string, string>; fields: Map<string, string> } {
  const constants = new Map<string, string>()
  const fields = new Map<string, string>()
  for (const [, indent = '', text = '', name = ''] of source.matchAll(COMMENT)) {
    const words = text
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trim())
      .join(' ')
      .trim()
    const found = indent === '' ? constants : fields
    if (!found.has(name)) found.set(name, words)
  }
  return { constants, fields }
}
