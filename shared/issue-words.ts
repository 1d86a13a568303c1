import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** The words of the schema library itself. What a schema says in its own is better. */
const DEFAULT_WORDS = /^(Invalid (input|option|string)|Too (small|big))\b/

const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a text in quotes'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list in [ ]'],
  ['object', 'a table'],
  ['record', 'a table'],
])

/** What is wrong with a value of a settings file, for the person who wrote it: `is to be a number`. */
export function issueWords(issue: Issue): string {
  if (!DEFAULT_WORDS.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is missing'
      return `is to be ${KINDS.get(issue.expected) ?? issue.expected}`
    case 'invalid_value':
      return `is to be ${orWords(issue.values.map(String))}`
    case 'too_small':
      return `is to be ${boundWords(issue, Number(issue.minimum), { incl: 'at least', excl: 'more than' })}`
    case 'too_big':
      return `is to be ${boundWords(issue, Number(issue.maximum), { incl: 'at most', excl: 'less than' })}`
    case 'invalid_union':
      return unionWords(issue.errors.flatMap(([first]) => (first ? [issueWords(first)] : []))) || issue.message
    default:
      return issue.message
  }
}

function boundWords(
  { origin, inclusive = true }: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  bound: number,
  words: { incl: string; excl: string },
): string {
  const size = `${inclusive ? words.incl : words.excl} ${bound}`
  if (origin === 'string') return `${size} ${bound === 1 ? 'character' : 'characters'} long`
  if (origin === 'array') return `a list of ${size}`
  return size
}

function unionWords([first = '', ...others]: readonly string[]): string {
  return orWords([first, ...others.map((one) => one.replace(/^is to be /, ''))])
}

function orWords(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}
