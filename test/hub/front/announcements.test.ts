import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../hub/broker/connection.ts'
import type { BridgeAtBroker } from '../../../hub/engine/bridge-at-broker.ts'
import type { Caller } from '../../../hub/engine/caller.ts'
import type { HouseRights } from '../../../hub/engine/house-rights.ts'
import type { Principal } from '../../../hub/engine/principal.ts'
import { BridgeSpaces } from '../../../hub/front/bridge-spaces.ts'
import { HouseHooks } from '../../../hub/front/house-hooks.ts'
import { silentLog } from '../../../shared/log.ts'
import { topicsBelow } from '../../../shared/topics.ts'

const guest: HouseRights = { h: [{ right: 'see' }] }
const session = { token: 't', session: 's' }
const PRINCIPALS: Readonly<Record<string, Principal>> = {
  ha: { kind: 'integration', user: 'ha', ...session, rights: guest },
  elsewhere: { kind: 'integration', user: 'elsewhere', ...session, rights: { other: [{ right: 'configure' }] } },
  boss: { kind: 'integration', user: 'boss', ...session, rights: 'all' },
  admin: { kind: 'person', user: 'admin', ...session, rights: 'all' },
  anna: { kind: 'person', user: 'anna', ...session, rights: { h: [{ right: 'configure' }] } },
  bot: { kind: 'program', user: 'bot', ...session, rights: guest },
  bridge: { kind: 'bridge', id: 'b1', name: 'esphome' },
  pi: { kind: 'device', id: 'pi', voice: false, house: 'h' },
  local: { kind: 'local', session: 's' },
}
const OURS = 'homeassistant/device/lares_h/kitchen-pi/config'

async function hooksFor(bridges: readonly BridgeAtBroker[] = []) {
  const heard: string[] = []
  const requests: { verb: string; params: Record<string, unknown>; retained: boolean; caller: Caller }[] = []
  const spaces = new BridgeSpaces()
  spaces.set(bridges)
  const hooks = new HouseHooks({
    topics: topicsBelow('lares'),
    log: silentLog,
    fault: () => null,
    authenticate: async ({ clientId }) => {
      const accept = PRINCIPALS[clientId]
      return accept ? { accept, clientId } : { refuse: 4, reason: 'unknown' }
    },
    store: (_topic, _payload, settle) => settle('stored'),
    reject: (_device, _message, settle) => settle('rejected'),
    stored() {},
    takers: new Map(),
    overheard: new Map(),
    request({ area, verb }, { payload, retained, caller }) {
      requests.push({ verb: `${area}/${verb}`, params: JSON.parse(String(payload)).params, retained, caller })
    },
    join: (_connection, _payload, settle) => settle('stored'),
    presence() {},
    bridgePresence() {},
    spaces,
    houseOf: () => 'h',
    heard: ({ topic }) => void heard.push(topic),
  })
  const connections = new Map<string, Connection>()
  for (const [at, clientId] of Object.keys(PRINCIPALS).entries()) {
    const made: Connection = {
      ...{ number: at + 1, clientId, key: clientId, remote: 'test', listener: 'tls', principal: null, close() {} },
    }
    await hooks.authenticate(made, { clientId, clean: true, keepaliveS: 30 })
    connections.set(clientId, made)
  }
  const of = (who: string) => connections.get(who) as Connection
  const publish = (who: string, topic: string, payload = 'x', retain = false) => {
    const verdicts: string[] = []
    const message = { topic, payload: Buffer.from(payload), qos: 1 as const, retain, dup: false, will: false }
    hooks.publish(of(who), message, (verdict) => verdicts.push(verdict))
    return verdicts
  }
  return { hooks, of, publish, heard, requests }
}

const ESPHOME: BridgeAtBroker = {
  ...{ id: 'b1', name: 'esphome', dialect: 'homeassistant', prefix: 'homeassistant' },
  ...{ topics: ['homeassistant'], house: 'h' },
}

describe('what the hub announces to Home Assistant', () => {
  it.each([
    [true, 'with a bridge that has the same prefix'],
    [false, 'without one'],
  ])('is read by integrations of its house and by administrators, %s', async (hasBridge) => {
    const { hooks, of } = await hooksFor(hasBridge ? [ESPHOME] : [])
    const readers = Object.keys(PRINCIPALS).filter((who) => hooks.forward(of(who), OURS))
    expect(readers).toEqual(['ha', 'boss', 'admin', 'local'])
    const holders = Object.keys(PRINCIPALS).filter((who) => hooks.subscribe(of(who), OURS, 1) === 1)
    expect(holders.filter((who) => who !== 'bridge')).toEqual([
      'ha',
      'elsewhere',
      'boss',
      'admin',
      ...(hasBridge ? ['anna', 'bot'] : []),
      'local',
    ])
  })

  it('is published by nobody else, whoever has the prefix', async () => {
    for (const bridges of [[], [ESPHOME]]) {
      const { publish } = await hooksFor(bridges)
      for (const who of Object.keys(PRINCIPALS)) {
        expect([who, publish(who, OURS, '{}', true)]).toEqual([who, ['absorb']])
        expect([who, publish(who, OURS, '', true)]).toEqual([who, ['absorb']])
      }
    }
  })

  it('leaves to integrations what they say to each other, and hears it', async () => {
    for (const bridges of [[], [{ ...ESPHOME, house: 'other' }]]) {
      const { publish, heard } = await hooksFor(bridges)
      expect(publish('elsewhere', 'homeassistant/status', 'online')).toEqual(['deliver'])
      expect(heard).toEqual(['homeassistant/status'])
      publish('anna', 'homeassistant/status', 'online')
      publish('pi', 'homeassistant/status', 'online')
      expect(heard).toHaveLength(1)
    }
  })
})

describe('what an entity is told on its topic', () => {
  it('is a request of whoever sent it, with its rights', async () => {
    const { publish, requests } = await hooksFor()
    for (const who of ['ha', 'anna', 'bot', 'local'])
      expect(publish(who, 'lares/pi/set/lamp', 'on')).toEqual(['absorb'])
    expect(requests.map(({ caller }) => caller.principal)).toEqual(['ha', 'anna', 'bot', 'local'])
    expect(requests[0]).toMatchObject({
      ...{ verb: 'entities/set', params: { device: 'pi', entity: 'lamp', what: 'on' }, retained: false },
      caller: { kind: 'integration', user: 'ha', rights: guest, client: 'ha' },
    })
  })

  it('is told by no device and by no bridge', async () => {
    const { publish, requests } = await hooksFor()
    for (const who of ['pi', 'bridge']) expect(publish(who, 'lares/pi/set/lamp', 'on')).toEqual(['absorb'])
    expect(requests).toEqual([])
  })

  it('is refused as an order when it is none, and closes nothing', async () => {
    const { publish, requests } = await hooksFor()
    const said = ['', 'x'.repeat(300), '{"what":"40%"}', '{"what":21.5}', '{"state":"ON"}', '[1]', '"on"', 'on\u0000']
    for (const payload of said) expect(publish('ha', 'lares/pi/set/lamp', payload)).toEqual(['absorb'])
    expect(requests.map(({ params }) => params.what)).toEqual(['?', '?', '40%', 21.5, '?', '[1]', '"on"', 'on\u0000'])
    publish('ha', 'lares/pi/set/lamp', 'on', true)
    expect(requests.at(-1)?.retained).toBe(true)
  })
})
