import { describe, expect, it } from 'vitest'
import type { Principal } from '../../../hub/engine/principal.ts'
import { accessOf } from '../../../hub/front/access.ts'
import { TOPIC_NAMES, topicRow, topicsBelow } from '../../../shared/topics.ts'
import { boundLevel, FOREIGN, OWN, PRINCIPALS, topicOf } from '../principals.ts'

const topics = topicsBelow('lares')

const cases = PRINCIPALS.flatMap(([party, principal, client]) =>
  TOPIC_NAMES.map((name) => ({ party, principal, client, name })),
)

describe('access', () => {
  it.each(cases)('$party publishes and reads $name exactly as the table says', ({ party, principal, client, name }) => {
    const access = accessOf(topics, principal, client)
    const { from, to } = topicRow(name)
    const parse = (topic: string) => topics.parse(topic) ?? expect.fail(`${topic} is no topic`)
    const own = topicOf(name, OWN, client)
    const foreign = topicOf(name, FOREIGN, 'somebody.else')
    const foreignAllowed = !boundLevel(name, party)
    const forAdministrators = name === 'adminEvent' && party !== 'local'
    expect(access.mayPublish(parse(own))).toBe(from.includes(party))
    expect(access.mayPublish(parse(foreign))).toBe(from.includes(party) && foreignAllowed)
    expect(access.maySubscribe(own)).toBe(to.includes(party))
    expect(access.maySubscribe(foreign)).toBe(to.includes(party) && foreignAllowed)
    expect(access.mayRead(parse(own), 'h')).toBe(to.includes(party) && !forAdministrators)
    expect(access.mayRead(parse(foreign), 'h')).toBe(to.includes(party) && foreignAllowed && !forAdministrators)
  })

  it.each(PRINCIPALS)('%s holds no filter that can bring it nothing', (_party, principal, client) => {
    const access = accessOf(topics, principal, client)
    for (const filter of [
      '$SYS/#',
      '$SYS/broker/clients',
      '$share/x/#',
      '$share/x/lares/+/status',
      'lares/+/readings',
      'lares/+/audio/#',
      'lares/+/speech/#',
      'lares/+/command',
      'lares/+/desired',
      'lares/join/#',
      'lares/join/+/response',
      'lares/admin/request/#',
      'lares/admin/response/somebody.else/#',
      'larest/+/status',
      'other/+/status',
    ])
      expect([filter, access.maySubscribe(filter)]).toEqual([filter, false])
    expect(access.maySubscribe('homeassistant/#')).toBe(['integration', 'local'].includes(principal.kind))
    expect(access.maySubscribe('homeassistant/status')).toBe(principal.kind === 'integration')
  })

  it.each(PRINCIPALS)('%s, when a person, holds any filter that can bring something', (party, principal, client) => {
    const access = accessOf(topics, principal, client)
    const people = ['person', 'integration', 'program', 'local'].includes(party)
    for (const filter of [
      '#',
      '+/#',
      '+/+/+',
      'lares/#',
      'lares/+/#',
      'lares/+/+',
      'lares/+/+/+',
      'lares/+/status',
      'lares/+/state/#',
      'lares/+/state/+',
      'lares/hub/+',
      'lares/admin/#',
      'lares/admin/response/#',
      'lares/admin/response/+/users/create',
      `lares/${FOREIGN}/#`,
      `lares/admin/response/${client}/#`,
    ])
      expect([filter, access.maySubscribe(filter)]).toEqual([filter, people])
  })

  it('lets a device and a joiner hold their own branch', () => {
    const [device, joiner] = PRINCIPALS.map(([, principal, client]) => accessOf(topics, principal, client))
    expect(device?.maySubscribe(`lares/${OWN}/#`)).toBe(true)
    expect(device?.maySubscribe(`lares/${FOREIGN}/#`)).toBe(false)
    expect(joiner?.maySubscribe('lares/join/join.a/#')).toBe(true)
    expect(joiner?.maySubscribe('lares/join/join.b/#')).toBe(false)
  })

  it('of a device ends at a name that only begins like its own', () => {
    const access = accessOf(topics, PRINCIPALS[0]?.[1] as Principal, OWN)
    for (const topic of [`lares/${OWN}x/readings`, `lares/${OWN.slice(0, -1)}/readings`]) {
      const parsed = topics.parse(topic)
      expect(parsed && access.mayPublish(parsed)).toBe(false)
    }
  })
})
