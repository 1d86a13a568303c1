import { useEffect, useState } from 'preact/hooks'
import type { EventList } from '../../hub/answers.ts'
import { useAnswer, useDoing } from '../../hub/hub.ts'
import { type HeldEvents, withNewest, withOlder } from './event-pages.ts'

/** That the hub gives at once. */
const MOST = 1_000
const NONE: HeldEvents = { events: [] }

/** Events that fit what is asked, page by page. Something else that is asked for begins anew. */
export function useEvents(asked: { limit: number }) {
  const key = JSON.stringify(asked)
  const newest = useAnswer<EventList>('events/list', asked)
  const older = useDoing()
  const [state, setState] = useState({ key, held: NONE })
  const held = state.key === key ? state.held : NONE
  useEffect(() => {
    const answer = newest.data
    if (answer === null) return
    setState((before) => ({ key, held: withNewest(before.key === key ? before.held : NONE, answer) }))
  }, [newest.data, key])
  return {
    events: held.events,
    asking: newest.data === null && newest.error === null,
    error: newest.error,
    again: newest.again,
    /** What is shown again as it is now, without losing the place. */
    async refresh() {
      const limit = Math.min(MOST, Math.max(asked.limit, held.events.length))
      const page = await older.run<EventList>('events/list', { ...asked, limit })
      if (page !== null) setState((before) => (before.key === key ? { key, held: page } : before))
    },
    hasMore: held.next !== undefined,
    more: {
      busy: older.busy,
      error: older.error,
      async load() {
        const page = await older.run<EventList>('events/list', { ...asked, after: held.next })
        if (page === null) return
        setState((before) => (before.key === key ? { key, held: withOlder(before.held, page) } : before))
      },
    },
  }
}
