import { spawnSync } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { basename, join } from 'node:path'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HubHealth } from '../../shared/messages/hub-health.ts'
import { eventually, within } from '../faults/lib/fleet.ts'
import { addedLines, HouseCopy } from './features/house-copy.ts'
import { startCopy } from './features/running-copy.ts'

const TEMPLATES = join(import.meta.dirname, 'features')

/** The line that a new feature adds to each registry, and the line behind which it stands. */
const LINES: readonly (readonly [registry: string, line: string, after: RegExp])[] = [
  ['hub/features/registry.ts', "export { feature as weather } from './weather/feature.ts'", /users\/feature/],
  ['drizzle/sqlite/schema.ts', "export { forecasts } from '../../hub/features/weather/tables.ts'", /users\/tables/],
  ['shared/messages/registry.ts', "export { weatherWish } from './weather-wish.ts'", /'\.\/wake/],
  [
    'shared/topics.ts',
    "  weather: { pattern: '<device>/weather', message: 'weather-wish', qos: 0, retain: false, ...UP },",
    /^ {2}wake:/,
  ],
]

/** What is written by a named script, never by hand. */
const GENERATED = /^drizzle\/sqlite\/|^cli\/commands\.json$|^docs\/(?:protocol|configuration)\.md$|^README\.md$/
/** The feature's own folder, and the message that it brings. */
const OWN = /^hub\/features\/weather\/|^shared\/messages\/weather-wish\.ts$/

describe('a new feature with a table, a retention class, an event, a command, a message to the front, settings, a job, a follower, a metric and a problem in the health', () => {
  const copy = new HouseCopy()
  const before = copy.files()

  beforeAll(() => {
    for (const file of globSync('weather/*.txt', { cwd: TEMPLATES }))
      copy.write(`hub/features/weather/${basename(file, '.txt')}`, readFileSync(join(TEMPLATES, file), 'utf8'))
    copy.write('shared/messages/weather-wish.ts', readFileSync(join(TEMPLATES, 'weather-wish.ts.txt'), 'utf8'))
    for (const [registry, line, after] of LINES) {
      const lines = copy.read(registry).split('\n')
      lines.splice(lines.findIndex((one) => after.test(one)) + 1, 0, line)
      copy.write(registry, lines.join('\n'))
    }
    copy.run('scripts/migration', 'weather')
    copy.run('scripts/docs')
  })
  afterAll(() => copy.remove())

  it('touches four registries by a line each, and nothing else that a person writes', () => {
    const after = copy.files()
    const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path)
    const registries = LINES.map(([registry]) => registry)
    const others = changed.filter((path) => !OWN.test(path) && !registries.includes(path) && !GENERATED.test(path))
    expect(others).toEqual([])
    for (const [registry, line] of LINES)
      expect(addedLines(before.get(registry) ?? '', after.get(registry) ?? '')).toEqual([line])
    expect([...before.keys()].filter((path) => !after.has(path))).toEqual([])
  })

  it('has types that hold', () => {
    expect(copy.check()).toBe('')
  })

  it('does what it is for in a hub that nobody told of it', async () => {
    const asked: { path: string; key: unknown; shown: unknown }[] = []
    const service = createServer((request, response) => {
      const { 'idempotency-key': key, authorization: shown } = request.headers
      asked.push({ path: request.url ?? '', key, shown })
      // The first question meets a service that is not well.
      response.writeHead(asked.length === 1 ? 503 : 200).end('rain from noon')
    }).listen(0, '127.0.0.1')
    await once(service, 'listening')
    const collected: string[] = []
    const collector = createServer((request, response) => {
      let body = ''
      request.on('data', (bytes) => {
        body += String(bytes)
      })
      request.on('end', () => {
        collected.push(body)
        // The first delivery meets one that is not well either.
        response.writeHead(collected.length === 1 ? 503 : 200).end()
      })
    }).listen(0, '127.0.0.1')
    await once(collector, 'listening')
    const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const local = `[weather.services.local]\nurl = "${urlOf(service)}"\nsecret = "weather"`
    const copies = `[weather.services.copies]\nurl = "${urlOf(collector)}"`
    const hub = await startCopy(copy, `log = "warn"\n${local}\n${copies}\n`)
    try {
      hub.askWith('a token of ours', 'secrets', 'set', 'weather')
      const device = hub.ask('devices', 'create', 'Garden') as { device: string; secret: string }
      const socket = () => connectTcp(hub.plain, '127.0.0.1')
      const { device: id, secret } = device
      const client = new MqttClient(socket, { username: id, password: secret, clientId: id, protocolVersion: 4 })
      client.on('error', () => undefined)
      await within(10_000, once(client as never as EventEmitter, 'connect'))
      const health = async () => (await fetch(`http://127.0.0.1:${hub.http}/health`)).json() as Promise<HubHealth>
      const wrong = {
        code: 'wish_unreadable',
        message: expect.stringContaining(`a wish of ${id}: place`),
        hint: expect.stringContaining('lares rejected list'),
      }
      const unreadable = () => (hub.ask('rejected', 'list') as { rejected: unknown[] }).rejected
      client.publish(`lares/${id}/weather`, JSON.stringify({ place: 5 }))
      await eventually(() => unreadable().length > 0, 30_000)
      expect(unreadable()).toMatchObject([{ device_id: id, code: 'bad_message' }])
      expect((await health()).problems).toContainEqual(wrong)
      client.publish(`lares/${id}/weather`, JSON.stringify({ place: 'garden' }))
      const said = () => (hub.ask('weather', 'list') as { forecasts: { words: string; place: string }[] }).forecasts
      await eventually(() => said().length > 0, 30_000)
      expect((await health()).problems).not.toContainEqual(wrong)
      expect(said()).toMatchObject([{ place: 'garden', words: 'rain from noon' }])
      expect(asked.map(({ path }) => path)).toEqual(['/garden', '/garden'])
      expect(asked[0]?.key).toBe(asked[1]?.key)
      expect(asked[1]?.shown).toBe('Bearer a token of ours')
      expect(await (await fetch(`http://127.0.0.1:${hub.http}/metrics`)).text()).toContain(
        'lares_weather_wishes_total 1',
      )
      const { classes } = hub.ask('retention', 'show') as { classes: { class: string }[] }
      expect(classes.find((one) => one.class === 'forecasts')).toMatchObject({ days: 7, default: true, rows: 1 })
      const forecasts = hub.ask('events', 'list', '--event-type', 'forecast_came')
      expect(forecasts).toMatchObject({ events: [{ title: 'Forecast came' }] })
      expect(hub.ask('jobs', 'list')).toMatchObject({ jobs: [{ kind: 'forecast', key: 'garden', state: 'done' }] })
      await eventually(() => collected.length > 1, 30_000)
      expect(JSON.parse(collected[1] ?? '')).toEqual([
        { key: expect.stringMatching(/^[0-9a-f-]{36}-1$/), place: 'garden', words: 'rain from noon' },
      ])
      expect(collected[1]).toBe(collected[0])
      const followed = () => (hub.ask('followers', 'list') as { followers: Record<string, unknown>[] }).followers
      await eventually(
        () => followed().some(({ name, position }) => name === 'forecast_copies' && position === 1),
        30_000,
      )
      client.end(true)
    } finally {
      service.close()
      collector.close()
      await hub.stop()
    }
  })

  it('explains its settings as the hub does its own', () => {
    const config = join(copy.folder, 'wrong.toml')
    writeFileSync(config, '[weather.services.local]\nurl = "somewhere"\n')
    const { stderr, status } = spawnSync(join(copy.folder, 'lares'), ['hub', '--config', config], { encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stderr).toContain('weather')
    expect(stderr).toContain('url = "http://127.0.0.1:8000/"')
  })
})
