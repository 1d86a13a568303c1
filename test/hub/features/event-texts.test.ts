import { expect, it } from 'vitest'
import { DECLARED_EVENTS } from '../../../hub/features/declared-events.ts'
import { EVENT_TYPES } from '../../../shared/event-types.ts'
import { DE_EVENT_TEXTS } from '../../../web/words/de-event-texts.ts'

it('what is written of an event is there in German for each type that this house knows, and for none that it does not', () => {
  const types = [...EVENT_TYPES.values(), ...DECLARED_EVENTS.values()]
  const written = new Set(types.flatMap(({ title, description }) => [title, description]))
  expect([...written].filter((text) => !DE_EVENT_TEXTS.has(text))).toEqual([])
  expect([...DE_EVENT_TEXTS.keys()].filter((text) => !written.has(text))).toEqual([])
})
