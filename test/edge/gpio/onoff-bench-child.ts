import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { openOnoffPort } from '../../../edge/gpio/onoff-port.ts'
import type { GpioOutput, WatchOptions } from '../../../edge/gpio/port.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import type { BenchCall, BenchNote } from './onoff-bench.ts'

/** Runs inside the namespace of onoff-kernel.sh: the real onoff, its real native epoll, and the wires. */

const ROOT = '/sys/class/gpio'
const BASE = 512
const WIRES = new Map([
  [17, '/proc/sys/kernel/hostname'],
  [27, '/proc/sys/kernel/domainname'],
])

const clock = new ManualClock()
const port = await openOnoffPort({ machine: systemMachine(), clock, log: silentLog })
const volts = new Map<number, boolean>()
const watched = new Map<number, boolean>()
const releases = new Map<number, () => Promise<void>>()
const outputs = new Map<number, GpioOutput>()

/** The kernel turns the voltage into the value, by the pin's polarity. */
function putValue(pin: number): void {
  const wire = WIRES.get(pin)
  const value = (volts.get(pin) ?? false) !== (watched.get(pin) ?? false)
  if (wire) writeFileSync(wire, value ? '1' : '0')
}

function read(pin: number, name: string): string {
  return readFileSync(`${ROOT}/gpio${BASE + pin}/${name}`, 'utf8').trim()
}

function exported(): number[] {
  return readdirSync(ROOT).flatMap((name) => {
    const number = /^gpio(\d+)$/.exec(name)?.[1]
    return number === undefined ? [] : [Number(number) - BASE]
  })
}

/** Unexporting is at once in a kernel; the stand-in takes a moment. */
async function gone(pins: number[]): Promise<void> {
  while (exported().some((pin) => pins.includes(pin))) await new Promise<void>((resolve) => setImmediate(resolve))
}

const calls: Record<BenchCall['call'], (call: BenchCall) => unknown> = {
  watch: async ({ pin, options }) => {
    watched.set(pin, options.activeLow)
    putValue(pin)
    releases.set(pin, await port.watch(pin, options as WatchOptions, (active) => send({ pin, active })))
  },
  release: async ({ pin }) => {
    await releases.get(pin)?.()
    await gone([pin])
  },
  output: async ({ pin, options }) => {
    outputs.set(pin, await port.output(pin, options))
  },
  set: ({ pin, on }) => outputs.get(pin)?.set(on),
  closeOutput: async ({ pin }) => {
    await outputs.get(pin)?.close()
    await gone([pin])
  },
  close: async () => {
    await port.close()
    await gone(exported())
  },
  drive: ({ pin, on }) => {
    volts.set(pin, on)
    putValue(pin)
  },
  level: ({ pin }) =>
    exported().includes(pin) && read(pin, 'direction') !== 'in'
      ? (read(pin, 'value') === '1') !== (read(pin, 'active_low') === '1')
      : null,
  advance: ({ pin: ms }) => clock.advance(ms),
  inUse: exported,
}

function send(note: BenchNote): void {
  process.send?.(note)
}

for (const pin of WIRES.keys()) putValue(pin)
process.on('message', async (call: BenchCall) => {
  try {
    send({ id: call.id, value: (await calls[call.call](call)) ?? null })
  } catch (error) {
    send({ id: call.id, code: error instanceof LaresError ? error.code : 'internal', error: String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
send({ id: 0, value: port.base })
