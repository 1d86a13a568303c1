import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { LaresError } from './errors.ts'
import { shellWord } from './shell-word.ts'
import { systemTrouble } from './system-trouble.ts'

/**
 * The tables of a TOML file, or `null` when it may be missing and is. Throws `bad_config` that names the file and, where
 * there is one, the line: it is not there, may not be read, is no UTF-8 text or no TOML.
 */
export function readSettingsFile(file: string, { mayBeMissing = false } = {}): Record<string, unknown> | null {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    if (mayBeMissing && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    const { message, hint } = systemTrouble(cause, file)
    throw new LaresError('bad_config', message, { cause, hint: `${hint} Without --config everything has a default.` })
  }
  return parseToml(textOf(bytes, file), file)
}

/** Editors of other systems save other encodings; each is told by the command that mends it. */
function textOf(bytes: Buffer, file: string): string {
  const mend = (from: string) =>
    `Save it as UTF-8: iconv -f ${from} -t UTF-8 ${shellWord(file)} > utf8.toml && mv utf8.toml ${shellWord(file)}`
  const utf16 = utf16Of(bytes)
  if (utf16 !== null) throw new LaresError('bad_config', `${file} is UTF-16, not UTF-8`, { hint: mend(utf16) })
  if (!isUtf8(bytes)) {
    const line = firstBadLine(bytes)
    throw new LaresError('bad_config', `${file}, line ${line}: a letter is not UTF-8`, { hint: mend('ISO-8859-1') })
  }
  return bytes.toString().replace(/^\uFEFF/, '')
}

/** iconv's name of it. UTF-16 without a mark has a NUL in every ASCII letter, which no text has. */
function utf16Of(bytes: Buffer): string | null {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'UTF-16'
  if (bytes.length < 2 || !bytes.includes(0)) return null
  return first === 0 ? 'UTF-16BE' : second === 0 ? 'UTF-16LE' : null
}

function firstBadLine(bytes: Buffer): number {
  const lines = bytes.toString('latin1').split('\n')
  return lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1'))) + 1
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const what = cause.message.split('\n')[0] ?? 'is not TOML'
    throw new LaresError('bad_config', `${file}, line ${cause.line}: ${what}`, {
      cause,
      hint: /character in key/.test(what)
        ? 'A name of other letters than a-z, 0-9, _ and - stands in quotes: [sensors."Küche"].'
        : 'Text stands in quotes, a section in brackets and on a line of its own: [agent], and below it name = "Kitchen Pi".',
    })
  }
}
