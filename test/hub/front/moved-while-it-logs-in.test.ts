import { expect, it } from 'vitest'
import type { Connection } from '../../../hub/broker/connection.ts'
import { BridgeSpaces } from '../../../hub/front/bridge-spaces.ts'
import { type FrontParts, houseHooks } from '../../../hub/front/front.ts'
import { silentLog } from '../../../shared/log.ts'
import { topicsBelow } from '../../../shared/topics.ts'

const connection: Connection = {
  ...{ number: 1, clientId: 'ann', key: 'ann', remote: 'test', listener: 'tls', principal: null },
  close: () => {},
}

it('a device that moves while it logs in is seen in its new house, whichever of the two is heard first', async () => {
  const houses = new Map<string, string>()
  const accepted = (accept: object, clientId: string) => ({ verdict: 'stored', value: { accept, clientId } })
  const pi = accepted({ kind: 'device', id: 'pi', voice: false, house: 'home' }, 'pi')
  const ann = (house: string) =>
    accepted({ kind: 'person', user: 'ann', token: 't', session: 's', rights: { [house]: [{ right: 'see' }] } }, 'ann')
  let answer: object = pi
  const parts: Pick<FrontParts, 'topics' | 'log' | 'houses' | 'parts' | 'spaces'> & { store: object } = {
    ...{ topics: topicsBelow('lares'), log: silentLog, houses, parts: [], spaces: new BridgeSpaces() },
    store: { fault: null, intake: { input: () => Promise.resolve(answer) } },
  }
  const hooks = houseHooks(parts as unknown as FrontParts)
  const login = async (as: object) => {
    answer = as
    const coming = hooks.authenticate(connection, { clientId: 'x', clean: true, keepaliveS: 30 })
    // Both were in one batch, and its effects are done before its answers are heard.
    if (as === pi) houses.set('pi', 'cottage')
    await coming
  }
  await login(pi)
  expect(houses.get('pi')).toBe('cottage')
  for (const [house, sees] of [
    ['home', false],
    ['cottage', true],
  ] as const) {
    await login(ann(house))
    expect(hooks.forward(connection, 'lares/pi/status')).toBe(sees)
  }
})
