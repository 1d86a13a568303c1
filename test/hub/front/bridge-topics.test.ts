import { describe, expect, it } from 'vitest'
import type { Connection, InboundPublish, PublishVerdict } from '../../../hub/broker/connection.ts'
import type { BridgeAtBroker } from '../../../hub/engine/bridge-at-broker.ts'
import type { Principal } from '../../../hub/engine/principal.ts'
import { BridgeSpaces } from '../../../hub/front/bridge-spaces.ts'
import { HouseHooks, type HouseHooksParts } from '../../../hub/front/house-hooks.ts'
import { bridgesOf } from '../../../hub/front/principals-in-use.ts'
import { BRIDGES, HEARD_FILTERS } from '../../../shared/limits.ts'
import { silentLog } from '../../../shared/log.ts'
import { topicsBelow } from '../../../shared/topics.ts'

const bridge = (id: string, house: string, ...topics: string[]): BridgeAtBroker => ({
  ...{ id, name: id, dialect: 'zigbee2mqtt', prefix: topics[0] ?? '', topics, house },
})
const HERE = bridge('here', 'h', 'zigbee2mqtt', 'homeassistant', 'plugs/up')
const THERE = bridge('there', 'other', 'attic')

const person = (user: string, house: string, right: 'see' | 'control' | 'configure'): Principal => ({
  ...{ kind: 'person', user, token: 't', session: 's', rights: { [house]: [{ right }] } },
})
const integration = (user: string, house: string, right: 'see' | 'configure'): Principal => ({
  ...{ kind: 'integration', user, token: 't', session: 's', rights: { [house]: [{ right }] } },
})

const WHO: Record<string, Principal> = {
  here: { kind: 'bridge', id: 'here', name: 'here' },
  there: { kind: 'bridge', id: 'there', name: 'there' },
  guest: person('guest', 'h', 'see'),
  owner: person('owner', 'h', 'configure'),
  neighbour: person('neighbour', 'other', 'configure'),
  admin: { kind: 'person', user: 'admin', token: 't', session: 's', rights: 'all' },
  ha: integration('ha', 'h', 'configure'),
  weak: integration('weak', 'h', 'see'),
  foreign: integration('foreign', 'other', 'configure'),
  program: {
    kind: 'program',
    user: 'p',
    token: 't',
    session: 's',
    rights: { h: [{ right: 'read', area: 'readings' }] },
  },
  device: { kind: 'device', id: 'kitchen-pi', voice: false, house: 'h' },
  joiner: { kind: 'joiner', invitation: 'i' },
  local: { kind: 'local', session: 's' },
}

function house(bridges: readonly BridgeAtBroker[] = [HERE, THERE]) {
  const spaces = new BridgeSpaces()
  spaces.set(bridges)
  const rejected: string[] = []
  const presence: string[] = []
  const parts: Partial<HouseHooksParts> = {
    ...{ topics: topicsBelow('lares'), log: silentLog, fault: () => null, spaces, takers: new Map() },
    authenticate: async ({ clientId }) => ({
      accept: WHO[clientId.split('.')[0] ?? ''] ?? expect.fail(clientId),
      clientId,
    }),
    reject(_device, { topic, code }, settle) {
      rejected.push(`${topic} ${code}`)
      settle('rejected')
    },
    store: (topic) => expect.fail(`${topic} was stored`),
    request: ({ area, verb }) => expect.fail(`${area}/${verb} was asked`),
    join: () => expect.fail('somebody joined'),
    presence: () => {},
    bridgePresence: ({ bridge, online }) => void presence.push(`${bridge} ${online}`),
    houseOf: () => 'h',
    heard: () => {},
  }
  const hooks = new HouseHooks(parts as HouseHooksParts)
  let number = 0
  async function connect(clientId: string, will?: string, listener = 'tls') {
    number += 1
    const connection = {
      number,
      clientId,
      key: clientId,
      remote: 'test',
      listener,
      principal: null,
      close() {},
    } as Connection
    const request = { clientId, clean: true, keepaliveS: 60, ...(will === undefined ? {} : { will: willOn(will) }) }
    const verdict = await hooks.authenticate(connection, request)
    return { connection, verdict }
  }
  function publish(from: Connection, topic: string): PublishVerdict[] {
    const verdicts: PublishVerdict[] = []
    const message: InboundPublish = { topic, payload: Buffer.from('x'), qos: 1, retain: true, dup: false, will: false }
    hooks.publish(from, message, (verdict) => verdicts.push(verdict))
    return verdicts
  }
  return { hooks, spaces, connect, publish, rejected, presence }
}

const willOn = (topic: string) => ({ topic, payload: Buffer.from('x'), qos: 1 as const, retain: true })
const everybody = Object.keys(WHO)

describe('topics of a bridge', () => {
  it.each([
    ['zigbee2mqtt/lamp', ['here', 'local', 'admin', 'owner', 'guest', 'ha', 'weak']],
    ['zigbee2mqtt', ['here', 'local', 'admin', 'owner', 'guest', 'ha', 'weak']],
    ['homeassistant/light/x/config', ['here', 'local', 'admin', 'owner', 'guest', 'ha', 'weak']],
    ['attic/lamp', ['there', 'local', 'admin', 'neighbour', 'foreign']],
    ['zigbee2mqtt2/lamp', []],
    ['plugs/down/x', []],
  ])('%s is read by %j alone, and a filter for it is held by nobody else', async (topic, readers) => {
    const { hooks, connect } = house()
    for (const who of everybody) {
      const { connection } = await connect(who)
      const reads = readers.includes(who)
      expect([who, hooks.forward(connection, topic)]).toEqual([who, reads])
      // Integrations share `homeassistant/#`, and are brought of it what is theirs.
      const holds = reads || (who === 'foreign' && topic.startsWith('homeassistant/'))
      expect([who, hooks.subscribe(connection, topic, 1)]).toEqual([who, holds ? 1 : 'deny'])
    }
  })

  it.each([
    ['zigbee2mqtt/lamp/set', ['here', 'local', 'ha']],
    ['homeassistant/light/x/config', ['here', 'local', 'ha']],
    ['attic/lamp', ['there', 'local', 'foreign']],
    ['plugs/up', ['here', 'local', 'ha']],
    ['elsewhere/x', []],
    ['lares/kitchen-pi/readings', []],
    ['lares/admin/request/users/create', []],
    ['lares/hub/health', []],
    ['$SYS/x', []],
  ])('%s is published by %j alone, and nobody else does', async (topic, writers) => {
    const { connect, publish } = house()
    for (const who of everybody.filter((name) => !mayOtherwise(name, topic))) {
      const { connection } = await connect(who)
      expect([who, publish(connection, topic)]).toEqual([who, [writers.includes(who) ? 'deliver' : 'absorb']])
    }
  })

  it('are nobody’s without one: what integrations share stays theirs', async () => {
    const { hooks, connect, publish } = house([])
    const { connection } = await connect('foreign')
    expect(publish(connection, 'homeassistant/status')).toEqual(['deliver'])
    expect(hooks.forward(connection, 'homeassistant/status')).toBe(true)
    expect(hooks.subscribe((await connect('here')).connection, 'zigbee2mqtt/#', 1)).toBe('deny')
  })

  it('may be held by any filter that can bring them, and what it brings is theirs alone', async () => {
    const { hooks, connect } = house()
    for (const filter of ['#', 'zigbee2mqtt/#', '+/lamp', 'zigbee2mqtt/+/set'])
      expect(hooks.subscribe((await connect('here')).connection, filter, 1)).toBe(1)
    expect(hooks.subscribe((await connect('here')).connection, 'attic/#', 1)).toBe('deny')
    expect(hooks.subscribe((await connect('here')).connection, 'lares/#', 1)).toBe('deny')
    const { connection } = await connect('here')
    for (const topic of ['lares/kitchen-pi/status', 'lares/hub/health', 'attic/lamp', 'lares/admin/response/here/a/b'])
      expect(hooks.forward(connection, topic)).toBe(false)
  })

  it.each([
    ['here', 'zigbee2mqtt/bridge/state', true],
    ['here', 'attic/bridge/state', false],
    ['here', 'lares/kitchen-pi/will', false],
    ['ha', 'homeassistant/status', true],
    ['foreign', 'homeassistant/status', false],
    ['device', 'zigbee2mqtt/bridge/state', false],
    ['owner', 'zigbee2mqtt/bridge/state', false],
  ])('of %s with a will on %s: %s', async (who, topic, allowed) => {
    const { verdict } = await house().connect(who, topic)
    expect('accept' in verdict).toBe(allowed)
  })

  it('a device of ours that publishes there has it kept as rejected', async () => {
    const { connect, publish, rejected } = house()
    expect(publish((await connect('device')).connection, 'zigbee2mqtt/lamp')).toEqual(['absorb'])
    expect(rejected).toEqual(['zigbee2mqtt/lamp unknown_topic'])
  })
})

describe('a bridge', () => {
  it('may have larger packets, more connections and more filters than others', async () => {
    const { connect } = house()
    const { packetBytes, connections, filters } = BRIDGES
    expect((await connect('here')).verdict).toMatchObject({ allowance: { packetBytes, connections, filters } })
    expect((await connect('owner')).verdict).toMatchObject({ allowance: {} })
  })

  it('is not there because the hub listens to it', async () => {
    const { hooks, connect, presence } = house()
    const { connection, verdict } = await connect('here', undefined, 'local')
    hooks.connected(connection)
    hooks.disconnected(connection, 'lost')
    expect(presence).toEqual([])
    expect(verdict).toMatchObject({ allowance: { filters: HEARD_FILTERS } })
    expect(bridgesOf([{ ...connection, principal: WHO.here }])).toEqual([])
    expect(bridgesOf([{ ...connection, listener: 'tls', principal: WHO.here }])).toEqual(['here'])
  })

  it('is there from its first connection to its last', async () => {
    const { hooks, connect, presence } = house()
    const [first, second] = [await connect('here.1'), await connect('here.2')]
    hooks.connected(first.connection)
    hooks.connected(second.connection)
    hooks.disconnected(first.connection, 'lost')
    expect(presence).toEqual(['here true'])
    hooks.disconnected(second.connection, 'lost')
    expect(presence).toEqual(['here true', 'here false'])
  })

  it('whose password was changed while it logged in is shut out', async () => {
    const { hooks, connect } = house()
    const { connection } = await connect('here')
    const reasons: string[] = []
    connection.close = (reason) => void reasons.push(reason)
    hooks.end({ bridge: 'there' })
    hooks.connected(connection)
    expect(reasons).toEqual([])
    hooks.end({ bridge: 'here' })
    hooks.connected(connection)
    expect(reasons).toEqual(['its rights changed while it came in'])
  })

  it('is there while a connection of it is, whatever became of one that was shut out as it came in', async () => {
    const { hooks, connect, presence } = house()
    const judged = await connect('here')
    hooks.end({ bridge: 'here' })
    const again = await connect('here')
    hooks.connected(again.connection)
    hooks.connected(judged.connection)
    hooks.disconnected(judged.connection, 'its rights changed while it came in')
    expect(presence).toEqual(['here true'])
    hooks.disconnected(again.connection, 'lost')
    expect(presence).toEqual(['here true', 'here false'])
  })

  it('that is no more, or has other topics, is named when others take its place', () => {
    const { spaces } = house()
    expect(spaces.set([HERE])).toEqual([{ id: 'there', left: ['attic'] }])
    expect(spaces.set([{ ...HERE, topics: ['zigbee2mqtt'] }])).toEqual([
      { id: 'here', left: ['homeassistant', 'plugs/up'] },
    ])
    expect(['bridge there', 'bridge here', 'anna', 'device there'].filter((owner) => spaces.isGone(owner))).toEqual([
      'bridge there',
    ])
    expect(spaces.of('homeassistant/x')).toBeNull()
    expect(spaces.of('zigbee2mqtt/x')?.id).toBe('here')
  })
})

/** What the table of topics lets them do anyway. */
function mayOtherwise(who: string, topic: string): boolean {
  const isPerson = !['here', 'there', 'device', 'joiner'].includes(who)
  return (isPerson && topic.includes('/admin/request/')) || (who === 'device' && topic.includes('kitchen-pi/readings'))
}
