import { useAnswer } from '../../hub/hub.ts'
import { words } from '../../words/words.ts'

/** Devices of other makers that were heard and that nobody has accepted yet. */
export function WhatWaits() {
  const waiting = useAnswer<{ makers: { device: string | null; entities: number }[] }>('makers/list', {
    status: 'waiting',
  })
  const count = (waiting.data?.makers ?? []).filter(({ entities }) => entities > 0).length
  if (count === 0) return null
  return (
    <p class="notice">
      <a href="/devices#waiting">{words.value.overview.otherMakers(count)}</a>
    </p>
  )
}
