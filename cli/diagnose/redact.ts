const GONE = '[removed]'

/** Names under which a secret stands, whatever it looks like. */
const SECRET_NAME = /pass(?:word|phrase)?$|secret|token|credential|join_code|api_?key/i

/** A URL with a password in it, whatever kind it is. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@]*@/gi
const PARAMETER = /([?&](?:password|passfile|token|key)=)[^&\s"']+/gi
const JOIN_TOKEN = /\blares1\.[\w.~+/=-]+/g
const E_MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
/** 256 random bits as this project writes them, and what is longer. A person's words and paths have no such mixture. */
const RANDOM = /(?<![\w/.-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{40,}(?![\w/.])/g

/**
 * A copy of `value` that may be given to whoever helps: no passwords, tokens or e-mail addresses, neither by their names nor
 * by their looks, nor any text of `known`, which the caller read from where secrets lie.
 */
export function redact(value: unknown, known: readonly string[]): unknown {
  if (typeof value === 'string') return redactText(value, known)
  if (Array.isArray(value)) return value.map((one) => redact(one, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      redactText(name, known),
      SECRET_NAME.test(name) && inner !== null && typeof inner !== 'object' ? GONE : redact(inner, known),
    ]),
  )
}

function redactText(text: string, known: readonly string[]): string {
  let left = text
  for (const secret of known) if (secret.length >= 6) left = left.replaceAll(secret, GONE)
  return left
    .replace(CREDENTIALS, `$1:${GONE}@`)
    .replace(PARAMETER, `$1${GONE}`)
    .replace(JOIN_TOKEN, GONE)
    .replace(E_MAIL, '[e-mail]')
    .replace(RANDOM, GONE)
}
