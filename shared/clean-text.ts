/** Controls (C0, DEL, C1) and the marks that turn text around: a terminal obeys them, and stores refuse some. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

/** What a terminal is told between text, such as colours (ECMA-48 control sequences), as a whole. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g

/**
 * One line that every store takes and no terminal obeys: for text from programs, devices and names, where it enters.
 * Line breaks and other controls become one space, lone surrogates U+FFFD; blanks at both ends are gone.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(SEQUENCE, '').replace(OBEYED, ' ').trim()
}
