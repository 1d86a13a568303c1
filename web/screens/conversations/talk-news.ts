import { useEffect, useState } from 'preact/hooks'
import { Gathered } from '../../hub/gathered.ts'
import { second } from '../../hub/house-time.ts'
import { useHub } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'

/** What happens within this is asked for at once. */
const GATHER_MS = 300

/**
 * Grows when there may be something new of conversations: when the hub tells an event, and every few seconds while somebody looks,
 * because words are told to nobody who did not ask. `everyS`: 0 for what is over.
 */
export function useTalkNews(everyS: number): number {
  const { connection } = useHub()
  const [news, setNews] = useState(0)
  useEffect(() => {
    const gathered = new Gathered(pageClock, { ms: GATHER_MS, run: () => setNews((before) => before + 1) })
    const stop = connection.hear('+/event', () => gathered.one())
    return () => {
      stop()
      gathered.stop()
    }
  }, [connection])
  const looked = everyS === 0 ? 0 : Math.floor(second.value / everyS)
  return news + looked
}
