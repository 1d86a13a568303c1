import { expect, it } from 'vitest'
import type { Front } from '../../../../hub/contract/front-part.ts'
import type { StructuredInput } from '../../../../hub/engine/input.ts'
import { openMakersFront } from '../../../../hub/features/makers/front.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { silentLog } from '../../../../shared/log.ts'

it('names the sources of hub.toml until the disk takes it, and not again', async () => {
  const clock = new ManualClock()
  const said: StructuredInput[] = []
  let isFull = true
  const front: Partial<Front> = {
    ...{ clock, log: silentLog, logLevel: 'error', settings: {}, socket: '/nowhere' },
    async input(input) {
      said.push(input)
      if (isFull) throw new Error('the disk is full')
      return { verdict: 'stored', value: undefined as never }
    },
  }
  const part = openMakersFront(front as Front)
  part.effects?.makers_open?.({ kind: 'makers_open' })
  await new Promise(setImmediate)
  isFull = false
  for (let times = 0; times < 3; times += 1) {
    clock.advance(5_000)
    await new Promise(setImmediate)
  }
  expect(said).toEqual([
    { kind: 'maker_sources', sources: [] },
    { kind: 'maker_sources', sources: [] },
  ])
  await part.stop?.()
})
