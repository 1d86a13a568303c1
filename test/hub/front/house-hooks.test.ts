import { describe, expect, it } from 'vitest'
import type { Connection, InboundPublish, PublishVerdict } from '../../../hub/broker/connection.ts'
import type { FrontMessage, FrontTaker } from '../../../hub/contract/front-part.ts'
import type { Caller } from '../../../hub/engine/caller.ts'
import type { HouseRights } from '../../../hub/engine/house-rights.ts'
import { BridgeSpaces } from '../../../hub/front/bridge-spaces.ts'
import { HouseHooks, type HouseHooksParts } from '../../../hub/front/house-hooks.ts'
import { type Log, silentLog } from '../../../shared/log.ts'
import { TOPIC_NAMES, type TopicName, topicRow, topicsBelow } from '../../../shared/topics.ts'
import { boundLevel, FOREIGN, OWN, PRINCIPALS, topicOf } from '../principals.ts'

const topics = topicsBelow('lares')

interface Heard {
  stored: string[]
  counted: string[]
  rejected: { device: string; topic: string; code: string; raw: string }[]
  turns: string[]
  frames: string[]
  requests: { verb: string; retained: boolean; caller: Caller }[]
  joins: string[]
  bridges: { bridge: string; online: boolean; reason: string }[]
  presence: { device: string; online: boolean; reason: string }[]
  warnings: string[]
  heard: string[]
  overheard: string[]
}

function hooksWithFakes(more: Partial<HouseHooksParts> = {}) {
  const heard: Heard = {
    stored: [],
    counted: [],
    rejected: [],
    turns: [],
    frames: [],
    requests: [],
    joins: [],
    bridges: [],
    presence: [],
    warnings: [],
    heard: [],
    overheard: [],
  }
  const log: Log = { ...silentLog, warn: (_fields, message) => void heard.warnings.push(message), part: () => log }
  const hooks = new HouseHooks({
    topics,
    log,
    fault: () => null,
    authenticate: async ({ clientId }) => {
      const known = PRINCIPALS.find(([, , client]) => client === clientId.replace(/\.voice$/, ''))
      if (!known) return { refuse: 4, reason: 'unknown' }
      const [, principal] = known
      const accept = principal.kind === 'device' ? { ...principal, voice: clientId.endsWith('.voice') } : principal
      return { accept, clientId }
    },
    store: (topic, _payload, settle) => {
      heard.stored.push(topic)
      settle('stored')
    },
    reject: (device, { topic, code, payload }, settle) => {
      heard.rejected.push({ device, topic, code, raw: String(payload) })
      settle('rejected')
    },
    stored: (device, topic) => void heard.counted.push(`${device} ${topic}`),
    overheard: new Map<TopicName, (message: FrontMessage) => void>([
      ['playback', ({ device }) => void heard.overheard.push(device)],
    ]),
    takers: new Map<TopicName, FrontTaker>([
      [
        'turn',
        ({ device }, settle) => {
          heard.turns.push(device)
          settle('stored')
        },
      ],
      [
        'audio',
        ({ device, topic }, settle) => {
          heard.frames.push(`${device}/${topic.levels.turn}`)
          settle('stored')
        },
      ],
    ]),
    request: ({ area, verb }, { retained, caller }) =>
      void heard.requests.push({ verb: `${area}/${verb}`, retained, caller }),
    join: ({ clientId }, _payload, settle) => {
      heard.joins.push(clientId)
      settle('stored')
    },
    presence: (change) => void heard.presence.push(change),
    bridgePresence: (change) => void heard.bridges.push(change),
    spaces: new BridgeSpaces(),
    heard: ({ topic }) => void heard.heard.push(topic),
    houseOf: (device) => (device === OWN ? 'h' : device === FOREIGN ? 'other' : null),
    ...more,
  })
  return { hooks, heard }
}

let connections = 0

function connection(clientId: string): Connection {
  connections += 1
  return { number: connections, clientId, key: clientId, remote: 'test', listener: 'tls', principal: null, close() {} }
}

async function connect(hooks: HouseHooks, clientId: string, will?: { topic: string }, keepaliveS = 30) {
  const made = connection(clientId)
  const verdict = await hooks.authenticate(made, {
    clientId,
    clean: true,
    keepaliveS,
    ...(will ? { will: { topic: will.topic, payload: Buffer.from('{}'), qos: 1, retain: false } } : {}),
  })
  return { connection: made, verdict }
}

function publish(hooks: HouseHooks, from: Connection | null, topic: string, more: Partial<InboundPublish> = {}) {
  const verdicts: PublishVerdict[] = []
  const message = {
    topic,
    payload: Buffer.from('{}'),
    qos: 1,
    retain: false,
    dup: false,
    will: false,
    ...more,
  } as const
  hooks.publish(from, message, (verdict) => verdicts.push(verdict))
  return verdicts
}

describe('a publish', () => {
  it('goes where its topic says, and never to other clients', async () => {
    const { hooks, heard } = hooksWithFakes()
    const { connection: device } = await connect(hooks, OWN)
    for (const name of ['birth', 'heartbeat', 'readings', 'event', 'wake', 'turn', 'playback', 'result', 'reported'])
      expect(publish(hooks, device, `lares/${OWN}/${name}`)).toEqual(['absorb'])
    expect(publish(hooks, device, `lares/${OWN}/audio/t1`, { qos: 0 })).toEqual(['absorb'])
    expect(heard).toMatchObject({ turns: [OWN], frames: [`${OWN}/t1`], rejected: [], warnings: [] })
    expect(heard.stored).toHaveLength(8)
  })

  it('on a topic that is not the device’s is acknowledged, kept as rejected, counted, and logged once', async () => {
    const { hooks, heard } = hooksWithFakes()
    const { connection: device } = await connect(hooks, OWN)
    for (const topic of [`lares/${FOREIGN}/readings`, 'lares/admin/request/users/create', `lares/${OWN}/status`])
      expect(publish(hooks, device, topic)).toEqual(['absorb'])
    for (const topic of [`lares/${OWN}/nonsense`, '$SYS/broker', 'homeassistant/status'])
      expect(publish(hooks, device, topic)).toEqual(['absorb'])
    expect(heard.rejected.map(({ code }) => code)).toEqual([
      'not_allowed',
      'not_allowed',
      'not_allowed',
      'unknown_topic',
      'unknown_topic',
      'unknown_topic',
    ])
    expect(new Set(heard.rejected.map(({ device: who }) => who))).toEqual(new Set([OWN]))
    // A request may hold a password; of everything else the bytes tell what went wrong.
    expect(heard.rejected.map(({ raw }) => raw === '')).toEqual([false, true, false, false, false, false])
    expect(hooks.denials.counts).toEqual({ publish: 6, subscribe: 0 })
    expect(heard.warnings).toHaveLength(1)
    expect(heard.stored).toEqual([])
  })

  it('of a person is a request in the person’s own name, whatever the payload says', async () => {
    const { hooks, heard } = hooksWithFakes()
    const { connection: person } = await connect(hooks, 'anna.1')
    const { connection: local } = await connect(hooks, 'local.a')
    expect(publish(hooks, person, 'lares/admin/request/devices/list')).toEqual(['absorb'])
    expect(publish(hooks, local, 'lares/admin/request/devices/list', { retain: true })).toEqual(['absorb'])
    expect(publish(hooks, person, `lares/${OWN}/readings`)).toEqual(['absorb'])
    expect(heard.requests).toEqual([
      {
        verb: 'devices/list',
        retained: false,
        caller: {
          ...{ principal: 'anna', kind: 'person', user: 'anna', token: 't', rights: { h: [{ right: 'control' }] } },
          ...{ client: 'anna.1', address: 'test', session: 's' },
        },
      },
      {
        verb: 'devices/list',
        retained: true,
        caller: {
          ...{ principal: 'local', kind: 'local', user: null, token: null, rights: 'all' },
          ...{ client: 'local.a', address: 'test', session: 's' },
        },
      },
    ])
    expect(heard.stored).toEqual([])
    expect(hooks.denials.counts.publish).toBe(1)
  })

  it('of an integration reaches other clients below homeassistant and nowhere else', async () => {
    const { hooks } = hooksWithFakes()
    const { connection: integration } = await connect(hooks, 'homeassistant')
    expect(publish(hooks, integration, 'homeassistant/status')).toEqual(['deliver'])
    for (const topic of ['homeassistantx/status', 'lares/hub/info', `lares/${OWN}/command`, 'zigbee2mqtt/lamp'])
      expect(publish(hooks, integration, topic)).toEqual(['absorb'])
    const { connection: person } = await connect(hooks, 'anna.1')
    expect(publish(hooks, person, 'homeassistant/status')).toEqual(['absorb'])
  })

  it('of a joiner is its own join request', async () => {
    const { hooks, heard } = hooksWithFakes()
    const { connection: joiner } = await connect(hooks, 'join.a')
    publish(hooks, joiner, 'lares/join/join.a/request')
    publish(hooks, joiner, 'lares/join/join.b/request')
    publish(hooks, joiner, `lares/${OWN}/readings`)
    expect(heard.joins).toEqual(['join.a'])
    expect(heard.stored).toEqual([])
  })

  it('of nobody goes nowhere', () => {
    const { hooks, heard } = hooksWithFakes()
    expect(publish(hooks, null, `lares/${OWN}/readings`)).toEqual(['absorb'])
    expect(publish(hooks, connection(OWN), `lares/${OWN}/readings`)).toEqual(['absorb'])
    expect(heard.stored).toEqual([])
  })

  it('that could not be stored closes its connection without an acknowledgement', async () => {
    const { hooks } = hooksWithFakes({ store: (_topic, _payload, settle) => settle('fault') })
    const { connection: device } = await connect(hooks, OWN)
    expect(publish(hooks, device, `lares/${OWN}/readings`)).toEqual(['close'])
  })
})

describe('a connection', () => {
  it('is refused with 3 while nothing can be stored, before its credentials are looked at', async () => {
    const { hooks } = hooksWithFakes({ fault: () => 'the disk is full', authenticate: () => expect.fail('asked') })
    expect((await connect(hooks, OWN)).verdict).toEqual({ refuse: 3, reason: 'the disk is full' })
  })

  it.each([
    [OWN, `lares/${OWN}/will`, true],
    [OWN, `lares/${FOREIGN}/will`, false],
    [OWN, `lares/${OWN}/status`, false],
    [OWN, `lares/${OWN}/readings`, false],
    [OWN, 'lares/admin/request/users/create', false],
    [OWN, 'homeassistant/status', false],
    ['anna.1', `lares/${OWN}/will`, false],
    ['anna.1', 'lares/admin/request/users/create', false],
    ['homeassistant', 'homeassistant/status', true],
    ['homeassistant', 'homeassistant', false],
    ['homeassistant', 'lares/hub/info', false],
    ['join.a', 'lares/join/join.a/request', false],
  ])('of %s with a will on %s: %s', async (client, topic, allowed) => {
    const { hooks } = hooksWithFakes()
    const { verdict } = await connect(hooks, client, { topic })
    expect('accept' in verdict).toBe(allowed)
    if (!allowed) expect(verdict).toMatchObject({ refuse: 5 })
  })

  it.each([0, 1, 120, 121, 65_535])(
    'that promises a sign of life every %d s is accepted [MQTT-3.1.2-24]',
    async (seconds) => {
      const { hooks } = hooksWithFakes()
      const { verdict } = await connect(hooks, OWN, undefined, seconds)
      expect('accept' in verdict).toBe(true)
    },
  )

  it.each([
    ['revoked', 'revoked'],
    ['a newer connection has this client id', 'taken_over'],
    ['the client disconnected', 'clean'],
    ['keepalive timeout', 'lost'],
  ])('that ended because of "%s" is told as %s', async (words, reason) => {
    const { hooks, heard } = hooksWithFakes()
    const { connection: device } = await connect(hooks, OWN)
    hooks.connected(device)
    hooks.disconnected(device, words)
    expect(heard.presence.at(-1)).toEqual({ device: OWN, online: false, reason })
  })

  it('of a device is told to the house, its voice is not, and the end of an older one says nothing', async () => {
    const { hooks, heard } = hooksWithFakes()
    const { connection: first } = await connect(hooks, OWN)
    hooks.connected(first)
    const { connection: voice } = await connect(hooks, `${OWN}.voice`)
    hooks.connected(voice)
    const { connection: second } = await connect(hooks, OWN)
    hooks.connected(second)
    hooks.disconnected(first, 'a newer connection has this client id')
    hooks.disconnected(voice, 'the client disconnected')
    expect(heard.presence).toEqual([
      { device: OWN, online: true, reason: 'connected', address: 'test' },
      { device: OWN, online: true, reason: 'connected', address: 'test' },
    ])
    hooks.disconnected(second, 'revoked')
    hooks.disconnected(second, 'revoked')
    expect(heard.presence.slice(2)).toEqual([{ device: OWN, online: false, reason: 'revoked' }])
  })
})

describe('a subscription', () => {
  it('that is not allowed is denied and counted, and QoS 2 becomes 1', async () => {
    const { hooks } = hooksWithFakes()
    const { connection: device } = await connect(hooks, OWN)
    expect(hooks.subscribe(device, `lares/${OWN}/ack`, 2)).toBe(1)
    expect(hooks.subscribe(device, `lares/${OWN}/ack`, 0)).toBe(0)
    expect(hooks.subscribe(device, '#', 0)).toBe('deny')
    expect(hooks.subscribe(connection(OWN), `lares/${OWN}/ack`, 1)).toBe('deny')
    expect(hooks.denials.counts.subscribe).toBe(2)
  })
})

describe('a delivery', () => {
  it('to a person or an integration is of the own houses, and of the hub itself', async () => {
    const { hooks } = hooksWithFakes()
    for (const client of ['anna.1', 'homeassistant']) {
      const { connection: reader } = await connect(hooks, client)
      expect(hooks.forward(reader, `lares/${OWN}/status`)).toBe(true)
      expect(hooks.forward(reader, `lares/${FOREIGN}/status`)).toBe(false)
      expect(hooks.forward(reader, `lares/${FOREIGN}/state/door`)).toBe(false)
      expect(hooks.forward(reader, 'lares/unknown-pi/status')).toBe(false)
      expect(hooks.forward(reader, 'lares/admin/event')).toBe(false)
      expect(hooks.forward(reader, 'lares/hub/info')).toBe(true)
      expect(hooks.forward(reader, `lares/admin/response/${client}/devices/list`)).toBe(true)
      expect(hooks.forward(reader, 'homeassistant/status')).toBe(client === 'homeassistant')
    }
  })

  it('needs the right of its row: a guest sees states and hears no events, a program hears what it was given', async () => {
    const person = (kind: 'person' | 'program', rights: HouseRights) => async () =>
      ({ accept: { kind, user: 'u', token: 't', session: 's', rights }, clientId: 'u' }) as const
    const heard = async (authenticate: HouseHooksParts['authenticate']) => {
      const { hooks } = hooksWithFakes({ authenticate })
      const { connection: reader } = await connect(hooks, 'u')
      const topics = ['status', 'state/door', 'event'].map((end) => `lares/${OWN}/${end}`)
      return [...topics, 'lares/admin/event'].map((topic) => hooks.forward(reader, topic))
    }
    expect(await heard(person('person', { h: [{ right: 'see' }] }))).toEqual([true, true, false, false])
    expect(await heard(person('person', { h: [{ right: 'read' }] }))).toEqual([true, true, true, false])
    expect(await heard(person('person', { h: [{ right: 'configure' }] }))).toEqual([true, true, true, false])
    expect(await heard(person('person', {}))).toEqual([false, false, false, false])
    expect(await heard(person('person', 'all'))).toEqual([true, true, true, true])
    expect(await heard(person('program', { h: [{ right: 'control', area: 'readings' }] }))).toEqual([
      ...[false, true, false, false],
    ])
  })

  it.each(PRINCIPALS)('to %s is decided by the table, whatever filter it holds', async (party, _principal, client) => {
    const { hooks } = hooksWithFakes()
    const { connection: reader } = await connect(hooks, client)
    for (const name of TOPIC_NAMES) {
      const foreign = topicOf(name, FOREIGN, 'somebody.else')
      const own = topicOf(name, OWN, client)
      const mayRead = topicRow(name).to.includes(party) && !(name === 'adminEvent' && party !== 'local')
      expect([own, hooks.forward(reader, own)]).toEqual([own, mayRead])
      if (boundLevel(name, party)) expect([foreign, hooks.forward(reader, foreign)]).toEqual([foreign, false])
    }
    expect(hooks.forward(reader, 'elsewhere/status')).toBe(false)
  })

  it('to an administrator is of every house, and to nobody without a session', async () => {
    const { hooks } = hooksWithFakes()
    const { connection: local } = await connect(hooks, 'local.a')
    expect(hooks.forward(local, `lares/${FOREIGN}/status`)).toBe(true)
    expect(hooks.forward(connection('local.a'), `lares/${OWN}/status`)).toBe(false)
  })
})
