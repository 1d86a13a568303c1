/**
 * What MQTT 3.1.1 allows in its texts, checked on the bytes before anybody makes a string of them.
 * Every check returns `null` when the bytes are in order, else the reason in a few words.
 */

const SLASH = 0x2f
const PLUS = 0x2b
const HASH = 0x23

/** Follows one character's bytes from `at`; returns the code point, or -1 when they are not UTF-8 (RFC 3629). */
function codePoint(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > end) return -1
  let code = first & (0xff >> (length + 1))
  for (let offset = 1; offset < length; offset += 1) {
    const next = bytes[at + offset] ?? 0
    if ((next & 0xc0) !== 0x80) return -1
    code = (code << 6) | (next & 0x3f)
  }
  const smallest = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80
  return code < smallest || code > 0x10ffff ? -1 : code
}

function checkWide(bytes: Uint8Array, at: number, end: number): number | string {
  const code = codePoint(bytes, at, end)
  if (code === -1) return 'text is not UTF-8'
  if (code >= 0xd800 && code <= 0xdfff) return 'text has a lone surrogate'
  if (code <= 0x9f) return 'text has a control character'
  if ((code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe) return 'text has a non-character'
  return code >= 0x10000 ? 4 : code >= 0x800 ? 3 : 2
}

/**
 * UTF-8 without NUL, surrogates, control characters and non-characters [MQTT-1.5.3-1, -2]. The last two a receiver
 * may refuse; Mosquitto refuses them too.
 */
export function checkText(bytes: Uint8Array, start: number, end: number): string | null {
  for (let at = start; at < end; ) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 || byte === 0x7f) return 'text has a control character'
    if (byte < 0x80) {
      at += 1
      continue
    }
    const step = checkWide(bytes, at, end)
    if (typeof step === 'string') return step
    at += step
  }
  return null
}

export interface TopicRules {
  topicBytes: number
  topicLevels: number
}

/** The topic of a PUBLISH or a will: text without wildcards [MQTT-3.3.2-2], not empty [MQTT-4.7.3-1]. Its levels may be. */
export function checkTopic(bytes: Uint8Array, start: number, end: number, rules: TopicRules): string | null {
  if (start === end) return 'empty topic'
  if (end - start > rules.topicBytes) return 'topic is too long'
  let levels = 1
  for (let at = start; at < end; ) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x80) {
      const step = checkWide(bytes, at, end)
      if (typeof step === 'string') return step
      at += step
      continue
    }
    if (byte < 0x20 || byte === 0x7f) return 'text has a control character'
    if (byte === PLUS || byte === HASH) return 'topic has a wildcard'
    if (byte === SLASH) levels += 1
    at += 1
  }
  return levels > rules.topicLevels ? 'topic has too many levels' : null
}

/** A filter: `+` fills a whole level, `#` the whole last one [MQTT-4.7.1-2, -3]. */
export function checkFilter(bytes: Uint8Array, start: number, end: number, rules: TopicRules): string | null {
  if (start === end) return 'empty filter'
  if (end - start > rules.topicBytes) return 'filter is too long'
  const text = checkText(bytes, start, end)
  if (text !== null) return text
  let levels = 1
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]
    const opens = at === start || bytes[at - 1] === SLASH
    const closes = at + 1 === end || bytes[at + 1] === SLASH
    if (byte === HASH && (!opens || at + 1 !== end)) return 'filter has # inside'
    if (byte === PLUS && (!opens || !closes)) return 'filter has + inside a level'
    if (byte !== SLASH) continue
    levels += 1
  }
  return levels > rules.topicLevels ? 'filter has too many levels' : null
}
