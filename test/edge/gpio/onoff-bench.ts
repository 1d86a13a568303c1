import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { GpioOutput, GpioPort } from '../../../edge/gpio/port.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { GpioBench } from '../../contracts/gpio-port.ts'

export interface BenchCall {
  id: number
  call: 'watch' | 'release' | 'output' | 'set' | 'closeOutput' | 'close' | 'drive' | 'level' | 'advance' | 'inUse'
  /** The pin, or the milliseconds of `advance`. */
  pin: number
  on: boolean
  options: { activeLow: boolean; pull?: string; debounceMs?: number }
}

export type BenchNote =
  | { id: number; value: unknown }
  | { id: number; code: ErrorCode; error: string }
  | { pin: number; active: boolean }

/** Why the real onoff cannot be tried here, or `null`. */
export function whyNoRealOnoff(): string | null {
  if (process.getuid?.() !== 0) return 'it needs root, to mount a /sys/class/gpio of its own'
  if (spawnSync('unshare', ['--mount', '--uts', 'true']).status !== 0) return 'namespaces are not allowed here'
  const loads = spawnSync(process.execPath, ['--eval', 'require("onoff")'], { cwd: import.meta.dirname })
  return loads.status === 0 ? null : 'onoff is not installed or not built'
}

/** The real onoff in a process of its own, inside namespaces with a kernel's files; the port reaches in by messages. */
export async function openRealOnoffBench(): Promise<GpioBench> {
  const script = join(import.meta.dirname, 'onoff-kernel.sh')
  const child = spawn(
    'unshare',
    ['--mount', '--uts', script, process.execPath, join(import.meta.dirname, 'onoff-bench-child.ts')],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners = new Map<number, (active: boolean) => void>()
  let last = 0

  const answer = (id: number) => {
    const reply = Promise.withResolvers<unknown>()
    waiting.set(id, reply)
    return reply.promise
  }
  const ask = (call: BenchCall['call'], pin = 0, more: Partial<BenchCall> = {}) => {
    last += 1
    child.send({ id: last, call, pin, on: false, options: { activeLow: false }, ...more } satisfies BenchCall)
    return answer(last)
  }
  child.on('message', (note: BenchNote) => {
    if ('active' in note) return listeners.get(note.pin)?.(note.active)
    const reply = waiting.get(note.id)
    if ('error' in note) reply?.reject(new LaresError(note.code, note.error))
    else reply?.resolve(note.value)
  })
  child.on('exit', () => {
    for (const reply of waiting.values()) reply.reject(new Error('the process with onoff ended'))
  })
  const base = await answer(0)

  const port: GpioPort = {
    backend: 'onoff',
    base: Number(base),
    reason: null,
    remedy: null,
    async watch(pin, options, onChange) {
      const before = listeners.get(pin)
      listeners.set(pin, onChange)
      await ask('watch', pin, { options }).catch((error) => {
        if (before) listeners.set(pin, before)
        throw error
      })
      return async () => {
        await ask('release', pin)
      }
    },
    async output(pin, options): Promise<GpioOutput> {
      await ask('output', pin, { options })
      return {
        set: async (on) => void (await ask('set', pin, { on })),
        close: async () => void (await ask('closeOutput', pin)),
      }
    },
    close: async () => void (await ask('close')),
  }
  return {
    port,
    drive: async (pin, high) => void (await ask('drive', pin, { on: high })),
    level: async (pin) => (await ask('level', pin)) as boolean | null,
    advance: async (ms) => void (await ask('advance', ms)),
    inUse: async () => (await ask('inUse')) as number[],
    async dispose() {
      child.disconnect()
      await ended
    },
  }
}
