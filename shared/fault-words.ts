import type { z } from 'zod'

/** What is counted of a value that has a length. */
const COUNTED: ReadonlyMap<string, string> = new Map([
  ['string', 'characters'],
  ['array', 'items'],
  ['object', 'keys'],
])

/** What is wrong with a value, to be read behind its name. A schema's own words go before these. */
export function faultWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.message.startsWith('Too small')) return tooSmall(issue)
  if (issue.code === 'too_big' && issue.message.startsWith('Too big')) return tooBig(issue)
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is missing'
  return issue.message
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  const counted = COUNTED.get(origin)
  if (counted === undefined) return inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`
  return minimum === 1 ? 'is empty' : `must have at least ${minimum} ${counted}`
}

function tooBig({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  const counted = COUNTED.get(origin)
  if (counted !== undefined) return `must have at most ${maximum} ${counted}`
  return inclusive === false ? `must be less than ${maximum}` : `must be at most ${maximum}`
}
