import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProgramEnd } from '../../../edge/health/child-program.ts'
import { DeviceReader } from '../../../edge/health/device-reader.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { eventually } from './eventually.ts'
import { fakeTree } from './fake-tree.ts'

const never = new AbortController().signal
const OPTIONS = { timeoutMs: 10_000 }

describe('a file of a device', () => {
  it('is read whole, and its errors are those of the file', async () => {
    const { machine } = fakeTree({ files: { '/sys/value': '21375\n', '/sys/folder/file': '' } })
    const reader = new DeviceReader('the bus', machine, OPTIONS)
    expect(await reader.readText('/sys/value', never)).toBe('21375\n')
    await expect(reader.readText('/sys/gone', never)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(reader.readText('/sys/folder', never)).rejects.toMatchObject({ code: 'EISDIR' })
    expect(await reader.readText('/sys/value', never)).toBe('21375\n')
  })

  it('that hangs is given up, and alone to blame: the next one is read', async () => {
    const clock = new ManualClock()
    const { machine, root } = fakeTree({ clock, files: { '/sys/value': '1\n' } })
    // Whoever opens a FIFO that nobody writes to waits in the kernel, as with a driver that hangs.
    execFileSync('mkfifo', [join(root, 'sys/hangs')])
    const reader = new DeviceReader('the bus', machine, OPTIONS)
    const hanging = reader.readText('/sys/hangs', never)
    const refused = expect(hanging).rejects.toMatchObject({
      code: 'device_busy',
      message: '/sys/hangs did not answer within 10 s',
    })
    clock.advance(10_000)
    await refused
    expect(await reader.readText('/sys/value', never)).toBe('1\n')
    expect(reader.stuckAt).toBeNull()
  })

  it('that even SIGKILL cannot free keeps the bus: the others are refused by its name until it ends', async () => {
    const clock = new ManualClock()
    const { machine } = fakeTree({ clock, files: { '/sys/value': '1\n' } })
    const held = Promise.withResolvers<ProgramEnd>()
    const { startReading } = machine
    machine.startReading = (path, options) =>
      path === '/sys/hangs'
        ? { ended: held.promise, kill() {}, stop: () => Promise.resolve() }
        : startReading(path, options)
    const reader = new DeviceReader('the bus', machine, OPTIONS)
    const first = expect(reader.readText('/sys/hangs', never)).rejects.toThrow('/sys/hangs did not answer')
    clock.advance(10_000)
    await first
    const second = expect(reader.readText('/sys/value', never)).rejects.toThrow(
      'the bus hangs since /sys/hangs was read',
    )
    clock.advance(1_000)
    await second
    expect(reader.stuckAt).toBe('/sys/hangs')

    held.resolve({ code: null, signal: 'SIGKILL', problem: null, lastError: '' })
    await eventually(() => expect(reader.stuckAt).toBeNull())
    expect(await reader.readText('/sys/value', never)).toBe('1\n')
  })

  it('is given up at once when the source is closed', async () => {
    const { machine, root } = fakeTree({ clock: new ManualClock() })
    mkdirSync(join(root, 'sys'))
    execFileSync('mkfifo', [join(root, 'sys/hangs')])
    const over = new AbortController()
    const reading = new DeviceReader('the bus', machine, OPTIONS).readText('/sys/hangs', over.signal)
    over.abort()
    await expect(reading).rejects.toThrow('reading /sys/hangs was given up')
  })
})
