import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RecorderOptions, RecorderState } from '../../edge/hearing/recorder.ts'
import { Recorder } from '../../edge/hearing/recorder.ts'
import { ManualClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { FAKE_ARECORD, processesWith, soundEnv } from '../fixtures/fake-sound.ts'

interface Rig {
  recorder: Recorder
  clock: ManualClock
  device: string
  folder: string
  states: RecorderState[]
  bytes(): number
  gaps(): number
  /** Moves the clock after everything that is already due was done. */
  advance(ms: number): Promise<void>
  reached(state: RecorderState['state']): Promise<void>
  starts(): number
}

const cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function rig(mode: string, options: Partial<RecorderOptions> = {}): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'))
  const clock = new ManualClock()
  const device = `fake-${randomUUID()}`
  const states: RecorderState[] = []
  let bytes = 0
  let gaps = 0
  const starts = join(folder, 'starts')
  const recorder = new Recorder({
    device,
    clock,
    log: silentLog,
    onPcm: (chunk) => {
      bytes += chunk.length
    },
    onState: (state) => states.push(state),
    onGap: () => {
      gaps += 1
    },
    random: () => 0.5,
    env: soundEnv([FAKE_ARECORD], { FAKE_MODE: mode, FAKE_STARTS: starts }),
    ...options,
  })
  cleanups.push(async () => {
    const stopped = recorder.stop()
    // one that ignores SIGTERM leaves when the clock says so
    await turnOfTheLoop()
    clock.advance(1_000)
    await stopped
    expect(processesWith(device), 'a recorder is left over').toEqual([])
    rmSync(folder, { recursive: true })
  })
  return {
    recorder,
    clock,
    device,
    folder,
    states,
    bytes: () => bytes,
    gaps: () => gaps,
    async advance(ms) {
      await turnOfTheLoop()
      clock.advance(ms)
      await turnOfTheLoop()
    },
    reached: (state) => vi.waitFor(() => expect(recorder.state.state).toBe(state), { timeout: 10_000, interval: 5 }),
    starts: () => (existsSync(starts) ? readFileSync(starts).length : 0),
  }
}

const gone = (device: string) =>
  vi.waitFor(() => expect(processesWith(device)).toEqual([]), { timeout: 10_000, interval: 5 })

/** The clock goes on until it was started `count` times: when a killed process is noticed is the system's business. */
const started = (of: Rig, count: number) =>
  vi.waitFor(
    async () => {
      await of.advance(200)
      expect(of.starts()).toBe(count)
    },
    { timeout: 10_000, interval: 100 },
  )

const enough = (of: Rig, bytes: number) =>
  vi.waitFor(() => expect(of.bytes()).toBeGreaterThanOrEqual(bytes), { timeout: 10_000, interval: 5 })

describe('a recorder that works', () => {
  it('says starting, then ok with the first byte, and leaves no process when stopped', async () => {
    const it = rig('ok')
    await it.recorder.start()
    expect(it.states).toEqual([{ state: 'starting', reason: null, code: null }])
    await enough(it, 6_400)
    expect(it.states.at(-1)).toEqual({ state: 'ok', reason: null, code: null })
    expect(it.recorder.pid).toBe(processesWith(it.device)[0])

    await it.recorder.stop()
    const heard = it.bytes()
    expect(processesWith(it.device)).toEqual([])
    await it.recorder.stop()
    await it.advance(120_000)
    expect(it.starts()).toBe(1)
    expect(it.bytes()).toBe(heard)
    expect(it.states).toHaveLength(2)
  })

  it('asks arecord for raw sound in periods of 20 ms: as WAV it would end after 2 GiB', async () => {
    const it = rig('ok')
    await it.recorder.start()
    await it.reached('ok')
    const words = readFileSync(`/proc/${it.recorder.pid}/cmdline`, 'utf8').split('\0').slice(2)
    const expected = `-q -D ${it.device} -f S16_LE -r 16000 -c 1 --period-size=320 --buffer-size=3200 -t raw - `
    expect(words.join(' ')).toBe(expected)
  })

  it('measures the bytes per second and counts overruns', async () => {
    const it = rig('overrun')
    await it.recorder.start()
    await enough(it, 640)
    for (let step = 1; step <= 10; step++) {
      await enough(it, it.bytes() + 3_200)
      await it.advance(100)
    }
    expect(it.recorder.counters().overruns).toBe(2)
    expect(it.recorder.counters().bytesPerSecond).toBeGreaterThan(25_000)
    expect(it.recorder.state).toEqual({ state: 'ok', reason: null, code: null })
  })
})

describe('a recorder that fails comes back by itself', () => {
  it.each([
    ['exit1', 'device_busy', 'used by another program'],
    ['nodevice', 'device_missing', 'is not there'],
    ['forbidden', 'no_permission', 'not allowed for this user'],
    ['midexit', 'device_missing', 'arecord ended by itself (exit code 0)'],
    ['unplug', 'device_missing', 'is not there'],
  ])('after %s', async (mode, code, reason) => {
    const it = rig(`${mode},ok`)
    await it.recorder.start()
    await it.reached('unavailable')
    expect(it.recorder.state.code).toBe(code)
    expect(it.recorder.state.reason).toContain(reason)
    await gone(it.device)

    await it.advance(999)
    expect(it.starts()).toBe(1)
    await it.advance(1)
    await it.reached('ok')
    expect(it.starts()).toBe(2)
    expect(it.gaps()).toBe(2)
    expect(it.recorder.counters().restarts).toBe(1)
  })

  it('after it hung in the middle: two seconds without a byte', async () => {
    const it = rig('hang,ok')
    await it.recorder.start()
    await enough(it, 6_400)
    await it.advance(2_000)
    expect(it.recorder.state.state).toBe('ok')
    await it.advance(500)
    expect(it.recorder.state.reason).toContain('delivered nothing for')
    await gone(it.device)
    await started(it, 2)
    await it.reached('ok')
    expect(it.starts()).toBe(2)
  })

  it('after it never gave a byte: five seconds', async () => {
    const it = rig('never,ok')
    await it.recorder.start()
    await vi.waitFor(() => expect(it.starts()).toBe(1), { timeout: 10_000 })
    await it.advance(5_000)
    expect(it.recorder.state.state).toBe('starting')
    await it.advance(500)
    expect(it.recorder.state.state).toBe('unavailable')
    await gone(it.device)
    await started(it, 2)
    await it.reached('ok')
  })

  it('after it hung and ignored SIGTERM: SIGKILL one second later, and only then it is opened anew', async () => {
    const it = rig('ignoreterm,ok')
    await it.recorder.start()
    await enough(it, 6_400)
    await it.advance(2_500)
    expect(it.recorder.state.state).toBe('unavailable')
    await it.advance(999)
    expect(processesWith(it.device)).toHaveLength(1)
    await it.advance(1)
    await gone(it.device)
    expect(it.starts()).toBe(1)
    await started(it, 2)
    await it.reached('ok')
  })

  it('after somebody stopped it with SIGSTOP: a pending SIGTERM alone would leave it there with the microphone', async () => {
    const it = rig('ok')
    await it.recorder.start()
    await it.reached('ok')
    process.kill(it.recorder.pid ?? 0, 'SIGSTOP')
    await vi.waitFor(
      async () => {
        const before = it.bytes()
        await turnOfTheLoop()
        expect(readFileSync(`/proc/${it.recorder.pid}/stat`, 'utf8')).toContain(' T ')
        expect(it.bytes()).toBe(before)
      },
      { timeout: 5_000 },
    )
    await it.advance(2_500)
    await gone(it.device)
    await started(it, 2)
    await it.reached('ok')
  })

  it('after the program was missing, as soon as it is installed: the error of the child ends nobody', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'))
    cleanups.push(() => rmSync(bin, { recursive: true }))
    const it = rig('ok', { env: soundEnv([bin], { FAKE_MODE: 'ok' }) })
    await it.recorder.start()
    await it.reached('unavailable')
    expect(it.recorder.state).toEqual({
      state: 'unavailable',
      reason: 'arecord is not installed (package alsa-utils)',
      code: 'missing_program',
    })
    expect(it.recorder.pid).toBeNull()
    symlinkSync(join(FAKE_ARECORD, 'arecord'), join(bin, 'arecord'))
    await it.advance(1_000)
    await it.reached('ok')
  })
})

describe('the back-off', () => {
  it('doubles to thirty seconds while the device is away', async () => {
    const it = rig('nodevice')
    await it.recorder.start()
    for (const [index, delay] of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
      await vi.waitFor(() => expect(it.states).toHaveLength(index + 2), { timeout: 10_000, interval: 5 })
      await it.advance(delay - 1)
      expect(it.starts()).toBe(index + 1)
      await it.advance(1)
    }
  })

  it('begins again from one second after a minute of health', async () => {
    const it = rig('nodevice,nodevice,nodevice,ok,nodevice,ok')
    await it.recorder.start()
    for (const [index, delay] of [1_000, 2_000, 4_000].entries()) {
      await vi.waitFor(() => expect(it.states).toHaveLength(index + 2), { timeout: 10_000, interval: 5 })
      await it.advance(delay)
    }
    await it.reached('ok')
    for (let second = 0; second < 60; second++) {
      await enough(it, it.bytes() + 1)
      await it.advance(1_000)
    }
    process.kill(it.recorder.pid ?? 0, 'SIGKILL')
    await it.reached('unavailable')
    await it.advance(1_000)
    await vi.waitFor(() => expect(it.starts()).toBe(5), { timeout: 10_000 })
  })
})

describe('the planned restart', () => {
  it('waits until nobody speaks, even when it is due', async () => {
    let quiet = false
    const it = rig('ok', { isQuiet: () => quiet, plannedRestartMs: 5_000 })
    await it.recorder.start()
    await it.reached('ok')
    const first = it.recorder.pid
    for (let second = 0; second < 10; second++) {
      await enough(it, it.bytes() + 1)
      await it.advance(1_000)
    }
    expect(it.recorder.pid).toBe(first)
    quiet = true
    await enough(it, it.bytes() + 1)
    await it.advance(500)
    await vi.waitFor(() => expect(it.starts()).toBe(2), { timeout: 10_000 })
    await enough(it, it.bytes() + 640)
    expect(it.recorder.pid).not.toBe(first)
    expect(it.states.filter(({ state }) => state === 'unavailable')).toEqual([])
    expect(it.recorder.counters().restarts).toBe(0)
  })
})

describe('a microphone that delivers bytes but no sound', () => {
  it('is reported after five seconds of one and the same sample, and goes on', async () => {
    const it = rig('zeros')
    await it.recorder.start()
    await enough(it, 4 * 32_000)
    expect(it.states[1]).toEqual({ state: 'ok', reason: null, code: null })
    await enough(it, 260 * 640)
    expect(it.recorder.state.state).toBe('ok')
    expect(it.recorder.state.reason).toContain('delivers the same sample for 5 s')
  })
})

describe('the recorder a killed agent left behind', () => {
  /** The clock goes on until it is settled: what the kernel says of a process comes in its own time. */
  const passing = async (it: Rig, starting: Promise<void>) => {
    let isSettled = false
    void starting.finally(() => {
      isSettled = true
    })
    await vi.waitFor(
      async () => {
        await it.advance(50)
        expect(isSettled).toBe(true)
      },
      { timeout: 10_000, interval: 5 },
    )
  }

  const leave = async (it: Rig, mode: string): Promise<ChildProcess> => {
    const env = soundEnv([FAKE_ARECORD], { FAKE_MODE: mode })
    const child = spawn('arecord', ['-q', '-D', it.device], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    return child
  }

  it('is ended at start, even one that is stopped', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'pid-')), 'recorder.pid')
    const it = rig('ok', { pidFile })
    const stale = await leave(it, 'ok')
    stale.kill('SIGSTOP')
    writeFileSync(pidFile, `${stale.pid}\n`)
    const left = new Promise((resolve) => stale.once('exit', resolve))
    const starting = it.recorder.start()
    await left
    await passing(it, starting)
    await it.reached('ok')
    expect(processesWith(it.device)).toEqual([it.recorder.pid])
    expect(Number(readFileSync(pidFile, 'utf8'))).toBe(it.recorder.pid)
    await it.recorder.stop()
    expect(existsSync(pidFile)).toBe(false)
  })

  it('is ended with SIGKILL when it ignores SIGTERM', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'pid-')), 'recorder.pid')
    const it = rig('ok', { pidFile })
    const stale = await leave(it, 'ignoreterm')
    writeFileSync(pidFile, String(stale.pid))
    const left = new Promise((resolve) => stale.once('exit', (_code, signal) => resolve(signal)))
    const starting = it.recorder.start()
    await passing(it, starting)
    expect(await left).toBe('SIGKILL')
  })

  it('is left alone when its number belongs to another program by now', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'pid-')), 'recorder.pid')
    const it = rig('ok', { pidFile })
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', '-D', it.device])
    await vi.waitFor(() => expect(processesWith(it.device)).toEqual([other.pid]), { timeout: 10_000 })
    writeFileSync(pidFile, String(other.pid))
    await it.recorder.start()
    await it.reached('ok')
    expect(processesWith(it.device)).toContain(other.pid)
    const left = new Promise((resolve) => other.once('exit', resolve))
    other.kill('SIGKILL')
    await left
  })
})
