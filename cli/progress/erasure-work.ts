import type { LongWork } from './look-at-work.ts'

interface Erasure {
  id: string
  state: string
  removed: number
  done_at: number | null
}

/** As many as a hub tells at once. */
const NEWEST = 500

/** What `devices erase` and `users erase` began: until it is gone here. Copies and central follow, which may take a day. */
export function erasureWork(answer: unknown): LongWork {
  const { erasure } = answer as { erasure: string }
  return {
    see: 'lares erasures list',
    async look(ask) {
      const { erasures } = (await ask('erasures', 'list', { limit: NEWEST })) as { erasures: Erasure[] }
      const found = erasures.find(({ id }) => id === erasure)
      if (!found) return { ended: [{ words: 'nobody knows of it any more', isDone: false }], isOver: true, share: null }
      const { state, removed, done_at } = found
      const isGone = done_at !== null || state === 'done' || state.startsWith('waiting')
      if (!isGone) return { ended: [], isOver: false, share: { phase: state, done: removed, total: 0, unit: 'rows' } }
      const later = state.startsWith('waiting') ? `; ${state}: lares erasures list` : ''
      return { ended: [{ words: `${removed} rows are erased here${later}`, isDone: true }], isOver: true, share: null }
    },
  }
}
