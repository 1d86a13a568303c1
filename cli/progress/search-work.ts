import type { LongWork } from './look-at-work.ts'

/** What `search rebuild` began: until each index has all rows. */
export function searchWork(answer: unknown): LongWork {
  const { tables } = answer as { tables: string[] }
  return {
    see: 'lares search status',
    async look(ask) {
      const { indexes } = (await ask('search', 'status', {})) as { indexes: { table: string; state: string }[] }
      const own = indexes.filter(({ table }) => tables.includes(table))
      const ready = own.filter(({ state }) => state === 'ready').length
      if (ready === own.length)
        return { ended: [{ words: `${ready} indexes have all rows`, isDone: true }], isOver: true, share: null }
      const next = own.find(({ state }) => state !== 'ready')?.table ?? ''
      return {
        ended: [],
        isOver: false,
        share: { phase: `filling ${next}`, done: ready, total: own.length, unit: 'indexes' },
      }
    },
  }
}
