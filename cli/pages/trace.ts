import { timeWords } from '../../shared/time-words.ts'
import type { MakePage } from './page.ts'

/** `lares trace`: the way in sentences, and what was not understood meanwhile. */
export const tracePage: MakePage = (answer, schema, now) => {
  const says = answer.at('says')
  const rejected = answer.list('rejected')
  const received = answer.number('received_at')
  const age = received === null ? [] : [`That was ${timeWords(received, now)}.`]
  return {
    head: { lines: [...(Array.isArray(says) ? says.map(String) : []), ...age] },
    data: rejected.length === 0 ? {} : { rejected },
    schema: { properties: { rejected: schema.properties?.rejected ?? {} } },
  }
}
