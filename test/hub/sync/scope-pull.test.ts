import { expect, it } from 'vitest'
import { NO_IDENTITY } from '../../../hub/engine/sync-step.ts'
import { SyncCore } from '../../../hub/sync/core.ts'
import { nextPull, takeGranted, takePage, takeStored } from '../../../hub/sync/scope-pull.ts'

it('a scope whose sum at central is another one, at the same number, is compared again, and only then', () => {
  const start = { identity: NO_IDENTITY, streams: [], mint: () => 'x', backoff: () => 1_000 }
  const { state } = new SyncCore({ ...start, scopes: [{ scope: 'care', seq: 4 }] })
  const poll = (checksum: string) => takeGranted(state, [{ scope: 'care', seq: 4, checksum }], false)
  const compare = (checksum: string) => {
    expect(nextPull(state)).toEqual({ kind: 'pull', scope: 'care', after: 4, whole: false })
    takePage(state, 'care', { rows: [], seq: 4, checksum })
    takeStored(state, { scope: 'care', seq: 4, ok: true, refused: [] })
    expect(nextPull(state)).toBe(null)
  }
  poll('17')
  compare('17')
  poll('17')
  expect(nextPull(state)).toBe(null)
  poll('18')
  compare('18')
  poll('18')
  expect(nextPull(state)).toBe(null)
})
