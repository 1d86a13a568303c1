import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readDeviceIdentity, readPendingJoin } from '../../../edge/link/device-identity.ts'
import { joinHub } from '../../../edge/link/join.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { formatJoinToken } from '../../../shared/join-token.ts'
import { makeCertificate } from '../certificate.ts'
import { HubDouble } from '../hub-double.ts'

const certificate = makeCertificate()
const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function setUp() {
  const secrets: string[] = []
  const behaviour = { answer: true, refuse: null as { code: string; message: string; hint: string } | null }
  const dataFolder = mkdtempSync(join(tmpdir(), 'lares-join-'))
  const hub = new HubDouble({
    certificate,
    joinCode: 'the-code',
    join: (request) => {
      // written before it is sent
      expect(readPendingJoin(dataFolder)?.secret).toBe(request.secret)
      secrets.push(request.secret)
      if (!behaviour.answer) return null
      if (behaviour.refuse) return { ok: false, error: behaviour.refuse }
      return { ok: true, device: 'kitchen-x7k2m9', name: request.name ?? 'Kitchen' }
    },
  })
  await hub.start()
  stops.push(() => hub.stop())
  stops.push(() => rmSync(dataFolder, { recursive: true }))
  const clock = new ManualClock()
  const token = (code = 'the-code', addresses = [hub.address]) =>
    formatJoinToken({ addresses, pin: certificate.pin, code })
  const options = { dataFolder, clock, agent: '0.1.0', hardware: null }
  return { hub, secrets, behaviour, dataFolder, clock, token, options }
}

describe('joining', () => {
  it('writes an identity that only its owner can read', async () => {
    const { token, options, dataFolder, secrets } = await setUp()
    await joinHub(token(), { ...options, name: 'Kitchen Pi' })
    expect(readDeviceIdentity(dataFolder)).toMatchObject({
      device: 'kitchen-x7k2m9',
      name: 'Kitchen Pi',
      secret: secrets[0],
      pin: certificate.pin,
    })
    expect(statSync(join(dataFolder, 'identity.json')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataFolder)).toEqual(['identity.json'])
  })

  it('sends the same secret when the answer was lost, so nothing is lost', async () => {
    const { hub, token, options, behaviour, secrets, clock, dataFolder } = await setUp()
    behaviour.answer = false
    const first = joinHub(token(), options)
    await hub.until('it was asked', () => secrets.length === 1)
    clock.advance(15_000)
    await expect(first).rejects.toMatchObject({ code: 'unreachable' })
    expect(readDeviceIdentity(dataFolder)).toBeNull()
    behaviour.answer = true
    await joinHub(token(), options)
    expect(secrets).toHaveLength(2)
    expect(secrets[0]).toBe(secrets[1])
  })

  it('makes another secret for another invitation', async () => {
    const { hub, token, options, behaviour, secrets } = await setUp()
    behaviour.refuse = { code: 'code_expired', message: 'too late', hint: 'Ask for a new one.' }
    await expect(joinHub(token(), options)).rejects.toMatchObject({ code: 'code_expired', hint: 'Ask for a new one.' })
    await hub.stop()
    const other = new HubDouble({
      certificate,
      joinCode: 'another',
      join: (request) => {
        secrets.push(request.secret)
        return { ok: true, device: 'kitchen-aaaaaa' }
      },
    })
    await other.start()
    stops.push(() => other.stop())
    await joinHub(token('another', [other.address]), options)
    expect(secrets[0]).not.toBe(secrets[1])
  })

  it('says that the code is wrong when the hub does not let the joiner in', async () => {
    const { token, options } = await setUp()
    await expect(joinHub(token('wrong'), options)).rejects.toMatchObject({ code: 'bad_code' })
  })

  it('tries the next address when the first does not answer', async () => {
    const { hub, token, options } = await setUp()
    const identity = await joinHub(token('the-code', ['127.0.0.1:1', hub.address]), options)
    expect(identity.addresses).toEqual(['127.0.0.1:1', hub.address])
  })

  it('waits for no address that is silent', async () => {
    const { hub, clock, token, options } = await setUp()
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    stops.push(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const joining = joinHub(token('the-code', [`127.0.0.1:${port}`, `localhost:${port}`, hub.address]), options)
    // A quarter of a second for each that does not answer; their time limit of ten seconds never comes.
    clock.advance(250)
    clock.advance(250)
    expect((await joining).device).toBe('kitchen-x7k2m9')
  })

  it('refuses to give away an identity it has, unless told to', async () => {
    const { token, options, dataFolder } = await setUp()
    await joinHub(token(), options)
    const before = readFileSync(join(dataFolder, 'identity.json'), 'utf8')
    await expect(joinHub(token(), options)).rejects.toMatchObject({ code: 'already_exists' })
    expect(readFileSync(join(dataFolder, 'identity.json'), 'utf8')).toBe(before)
    await joinHub(token(), { ...options, again: true })
    expect(readFileSync(join(dataFolder, 'identity.json'), 'utf8')).not.toBe(before)
  })

  it('never tells another server code or secret', async () => {
    const { token, options } = await setUp()
    const stranger = new HubDouble({ certificate: makeCertificate(), joinCode: 'the-code', join: () => null })
    await stranger.start()
    stops.push(() => stranger.stop())
    const joining = joinHub(token('the-code', [stranger.address]), options)
    await expect(joining).rejects.toMatchObject({ code: 'wrong_pin' })
    expect(stranger.connections).toBe(0)
  })

  it('does not use an identity that others can read', async () => {
    const { token, options, dataFolder } = await setUp()
    await joinHub(token(), options)
    chmodSync(join(dataFolder, 'identity.json'), 0o644)
    expect(() => readDeviceIdentity(dataFolder)).toThrow('others may read')
  })
})
