import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { TOPIC_LEVELS } from '../../../shared/limits.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { bridgeRows, topicsOf } from './bridge-rows.ts'

/** First levels of topics, as a person writes them: without a slash at its ends. */
export const topicPrefix = z
  .string()
  .max(100)
  .transform((text) => text.trim().replace(/(?:\/#?)+$/, ''))
  .refine(
    (text) => /^[^+#\s/$][^+#\s]*$/u.test(text) && !text.includes('//'),
    'is no topic: no +, # or blank, and no $ or / before it',
  )
  .refine((text) => text.split('/').length <= TOPIC_LEVELS - 4, 'has too many levels')

/** Several of them, with commas between. */
export const topicPrefixes = z
  .string()
  .max(2_000)
  .transform((text, { addIssue }) =>
    text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const read = topicPrefix.safeParse(part)
        // The number of its place in the list tells nobody which.
        if (!read.success) addIssue(`${part.trim()} ${read.error.issues[0]?.message}`)
        return read.data ?? part
      }),
  )

/**
 * Refuses topics that are somebody's already, by a level of theirs: two that publish on the same topics cannot be told apart. Throws
 * `bad_params`.
 */
export function refuseTakenTopics(
  { db, base }: { db: Database; base: string },
  wanted: readonly string[],
  own: string | null = null,
): void {
  for (const [at, topic] of wanted.entries()) {
    if (meets(topic, base))
      throw new LaresError('bad_params', `topics below ${base} are the hub's own`, {
        hint: 'Name another with --prefix, and give the program the same one.',
      })
    if (wanted.some((other, index) => index < at && meets(topic, other)))
      throw new LaresError('bad_params', `${topic} is named twice`, { hint: 'Name each once, the shortest only.' })
    for (const row of bridgeRows(db)) {
      const theirs = row.name === own ? undefined : topicsOf(row).find((other) => meets(topic, other))
      if (theirs !== undefined)
        throw new LaresError('already_exists', `topics below ${theirs} are those of the bridge ${row.name}`, {
          hint: `Let it log in as that one, or name others for both of them: see lares bridges list.`,
        })
    }
  }
}

/** Whether one of them is below the other, or is the other. */
function meets(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`)
}
