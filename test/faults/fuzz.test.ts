import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import mqtt, { type Packet } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { systemClock, wait } from '../../shared/clock.ts'
import { connectPacket, publishPacket } from '../hub/broker/raw-client.ts'

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 20)
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** Attackers at work side by side. */
const ATTACKERS = 16
const ROUND_TRIP_MS = 2_000
const RSS_MIB = 512

/** A small seeded generator (mulberry32), so that a failure can be run again. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Random = ReturnType<typeof generator>

const NAMES = ['t', 'a/b', '__proto__', 'constructor', '$SYS/x/new/clients', 'ä/𝄞', 'a//b', 'good/1', 'x'.repeat(300)]
const FILTERS = ['#', '+/+', 't', 'a/+', '$SYS/#', '$share/g/t', 'good/#', 'a+', '#/a', '']

function pick<T>(random: Random, list: readonly [T, ...T[]] | T[]): T {
  return list[random(list.length)] as T
}

/** A packet that is legal, mostly. */
function packet(random: Random): Packet {
  const messageId = pick(random, [0, 1, 2, 65_535, random(65_536)])
  const qos = pick(random, [0, 1, 2] as const)
  const topic = pick(random, NAMES)
  const flag = () => random(2) === 0
  const kinds: (() => Packet)[] = [
    () => {
      const will = flag() ? { topic, payload: Buffer.alloc(random(50)), qos, retain: flag() } : undefined
      const clientId = pick(random, ['', 'same', `c-${random(50)}`, '__proto__'])
      const more = { clean: flag() || clientId === '', keepalive: random(3), ...(will ? { will } : {}) }
      return connectPacket(clientId, flag() ? { ...more, username: 'u', password: Buffer.from('p') } : more)
    },
    () => publishPacket(topic, { qos, messageId, retain: flag(), dup: flag(), payload: 'x'.repeat(random(3_000)) }),
    () => publishPacket(topic, { qos: 2, messageId, payload: 'x' }),
    () => ({ cmd: pick(random, ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const), messageId }),
    () => {
      const subscriptions = Array.from({ length: 1 + random(4) }, () => ({ topic: pick(random, FILTERS), qos }))
      return { cmd: 'subscribe', messageId, subscriptions }
    },
    () => ({ cmd: 'unsubscribe', messageId, unsubscriptions: [pick(random, FILTERS), topic] }),
    () => ({ cmd: pick(random, ['pingreq', 'disconnect'] as const) }),
  ]
  return pick(random, kinds)()
}

function mutate(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let change = random(4); change > 0 && copy.length > 0; change -= 1) copy[random(copy.length)] = random(256)
  switch (random(8)) {
    case 0:
      return copy.subarray(0, random(copy.length + 1))
    case 1:
      return Buffer.concat([copy, Buffer.from(Array.from({ length: random(20) }, () => random(256)))])
    case 2:
      return Buffer.concat([copy.subarray(0, 1), Buffer.from([0xff, 0xff, 0xff, random(256)]), copy.subarray(1)])
    default:
      return copy
  }
}

/** What one attacker sends on one connection: usually a CONNECT first, then anything, some of it damaged. */
function script(random: Random): Buffer {
  const parts: Buffer[] = []
  if (random(10) > 0) parts.push(mqtt.generate(connectPacket(`c-${random(50)}`, { clean: random(2) === 0 })))
  for (let count = random(15); count > 0; count -= 1) {
    const bytes = mqtt.generate(packet(random))
    parts.push(random(3) === 0 ? mutate(random, bytes) : bytes)
  }
  return Buffer.concat(parts)
}

async function attack(random: Random, port: number): Promise<void> {
  const socket: Socket = connect({ port, host: '127.0.0.1' })
  // An attacker expects to be thrown out.
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  if (random(4) === 0) socket.pause()
  else socket.resume()
  const bytes = script(random)
  for (let at = 0; at < bytes.length && !socket.destroyed; ) {
    const step = random(3) === 0 ? 1 + random(5) : 1 + random(bytes.length)
    socket.write(bytes.subarray(at, at + step))
    at += step
    if (random(2) === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  if (random(3) === 0) socket.resetAndDestroy()
  else if (random(2) === 0) socket.end()
  await Promise.race([closed, wait(systemClock, random(30))])
  socket.destroy()
  await closed
}

async function rssMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024
}

it(`survives ${SECONDS} s of broken packets while an ordinary client is served (FUZZ_SEED=${SEED})`, async () => {
  console.log(`FUZZ_SEED=${SEED} FUZZ_SECONDS=${SECONDS}`)
  const entry = fileURLToPath(new URL('../../scripts/lib/open-broker.ts', import.meta.url))
  const broker = spawn(process.execPath, [entry, '--open'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const pid = broker.pid ?? 0
  let complaints = ''
  broker.stderr.on('data', (chunk: Buffer) => {
    complaints += String(chunk)
  })
  let exit: number | string | null = null
  broker.once('exit', (code, signal) => {
    exit = signal ?? code
  })
  try {
    const [line] = (await once(createInterface(broker.stdout), 'line')) as [string]
    const port = Number(line.split(':').at(-1))
    const good = await connectAsync({
      port,
      host: '127.0.0.1',
      protocolVersion: 4,
      clientId: 'good',
      reconnectPeriod: 0,
    })
    await good.subscribeAsync('good/round-trip', { qos: 1 })

    const deadline = systemClock.mono() + SECONDS * 1_000
    const busy = () => exit === null && systemClock.mono() < deadline
    let connections = 0
    let slowest = 0
    let roundTrips = 0
    let largest = 0
    const attackers = Array.from({ length: ATTACKERS }, async (_, index) => {
      const random = generator(SEED + index)
      while (busy()) {
        await attack(random, port)
        connections += 1
      }
    })
    const served = async () => {
      while (busy()) {
        const from = systemClock.mono()
        const text = String(roundTrips)
        const delivered = new Promise<string>((resolve) =>
          good.once('message', (_topic, message) => resolve(String(message))),
        )
        await good.publishAsync('good/round-trip', text, { qos: 1 })
        expect(await delivered).toBe(text)
        slowest = Math.max(slowest, systemClock.mono() - from)
        roundTrips += 1
        if (roundTrips % 20 === 0) largest = Math.max(largest, await rssMiB(pid))
        await wait(systemClock, 10)
      }
    }
    await Promise.race([Promise.all([served(), ...attackers]), once(broker, 'exit')])
    const figures = { connections, roundTrips, slowestMs: Math.round(slowest), largestMiB: Math.round(largest) }
    console.log(JSON.stringify(figures))
    expect({ exit, complaints }).toEqual({ exit: null, complaints: '' })
    expect(connections).toBeGreaterThan(SECONDS * 20)
    expect(roundTrips).toBeGreaterThan(SECONDS)
    expect(slowest).toBeLessThan(ROUND_TRIP_MS)
    expect(largest).toBeLessThan(RSS_MIB)
    await good.endAsync()
  } finally {
    broker.kill('SIGTERM')
    if (exit === null) await once(broker, 'exit')
  }
  expect(exit).toBe(0)
})
