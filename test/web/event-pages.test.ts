import { describe, expect, it } from 'vitest'
import type { EventLine } from '../../web/hub/answers.ts'
import { withNewest, withOlder } from '../../web/screens/events/event-pages.ts'

/** Events from `first` down to `last`. */
const page = (first: number, last: number, next?: number) => ({
  events: Array.from({ length: first - last + 1 }, (_, at) => ({ id: first - at }) as EventLine),
  next,
})
const ids = ({ events }: { events: readonly EventLine[] }) => events.map(({ id }) => id)

describe('a list of events', () => {
  it('has what happened meanwhile in front of the pages that were there', () => {
    const held = withOlder(withNewest({ events: [] }, page(20, 11, 11)), page(10, 1))
    const now = withNewest(held, page(23, 14, 14))
    expect(ids(now)).toEqual(Array.from({ length: 23 }, (_, at) => 23 - at))
    expect(now.next).toBeUndefined()
  })

  it('has no hole after more happened than a page has room for', () => {
    const held = withOlder(withNewest({ events: [] }, page(20, 11, 11)), page(10, 1))
    const now = withNewest(held, page(100, 91, 91))
    expect(ids(now)).toEqual(ids(page(100, 91)))
    expect(now.next).toBe(91)
    expect(ids(withOlder(now, page(90, 81, 81)))).toEqual(ids(page(100, 81)))
  })

  it('is one page where there is no other', () => {
    expect(ids(withNewest(page(20, 11, 11), page(3, 1)))).toEqual([3, 2, 1])
    expect(ids(withNewest(page(3, 1), page(0, 1)))).toEqual([])
  })
})
