import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../hub/broker/connection.ts'
import type { Admission } from '../../../hub/engine/principal.ts'
import { HouseHooks, type HouseHooksParts } from '../../../hub/front/house-hooks.ts'
import { silentLog } from '../../../shared/log.ts'
import { topicsBelow } from '../../../shared/topics.ts'

const ANN: Admission = {
  accept: { kind: 'person', user: 'ann', token: 't', session: 's', rights: {} },
  clientId: 'phone',
}
const SHOWN = { clientId: 'phone', clean: true, keepaliveS: 30 }

/** Hooks whose logins are judged when the test says so. */
function slow() {
  const judged = Promise.withResolvers<Admission>()
  const parts: Pick<HouseHooksParts, 'topics' | 'log' | 'fault' | 'authenticate'> = {
    topics: topicsBelow('lares'),
    log: silentLog,
    fault: () => null,
    authenticate: () => judged.promise,
  }
  const closed: string[] = []
  const connection: Connection = {
    number: 1,
    clientId: 'phone',
    key: 'phone',
    remote: 'test',
    listener: 'tls',
    principal: null,
    close: (reason) => void closed.push(reason),
  }
  return { hooks: new HouseHooks(parts as HouseHooksParts), connection, closed, judge: () => judged.resolve(ANN) }
}

describe('rights that change while somebody comes in', () => {
  it('shut out who was judged by the old ones, whichever of the two came first', async () => {
    for (const first of ['judged', 'changed']) {
      const { hooks, connection, closed, judge } = slow()
      const coming = hooks.authenticate(connection, SHOWN)
      if (first === 'changed') hooks.end({ user: 'ann' })
      judge()
      await coming
      if (first === 'judged') hooks.end({ user: 'ann' })
      hooks.connected(connection)
      expect(closed, first).toHaveLength(1)
    }
  })

  it('are no matter to others, nor to who comes afterwards', async () => {
    const { hooks, connection, closed, judge } = slow()
    hooks.end({ user: 'ann' })
    const coming = hooks.authenticate(connection, SHOWN)
    hooks.end({ user: 'paul' })
    hooks.end({ device: 'ann' })
    judge()
    await coming
    hooks.connected(connection)
    expect(closed).toEqual([])
  })
})
