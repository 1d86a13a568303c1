import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProgramEnd } from '../../../edge/health/child-program.ts'
import { startProgram } from '../../../edge/health/child-program.ts'
import { hasCpuThermometer, readCpuTemperature } from '../../../edge/health/cpu-temperature.ts'
import { KernelFiles } from '../../../edge/health/kernel-files.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Log, LogFields } from '../../../shared/log.ts'
import { silentLog } from '../../../shared/log.ts'
import { eventually } from './eventually.ts'
import { fakeTree } from './fake-tree.ts'

const THREAD_MS = 1_000
const PROGRAM_MS = 2_000

/** The kernel's files below a folder, with what was logged and how many programs were asked. */
function kernel(files: Record<string, string> = {}) {
  const clock = new ManualClock()
  const tree = fakeTree({ clock, files })
  const said: string[] = []
  const say = (fields: LogFields, message: string) => void said.push(`${fields.path}: ${message}`)
  const log: Log = { ...silentLog, warn: say, info: say }
  const asked: string[] = []
  const kernelFiles = new KernelFiles({
    ...{ clock, log },
    at: (path) => join(tree.root, path),
    start(command, onOutput) {
      asked.push(command.at(-1)?.replace(tree.root, '') ?? '')
      return startProgram(command, { env: { ...process.env, LC_ALL: 'C' }, clock, onOutput })
    },
  })
  /** Who opens a pipe that nobody writes to waits in the kernel, as at a wedged driver. */
  const hang = (path: string) => {
    mkdirSync(dirname(join(tree.root, path)), { recursive: true })
    execFileSync('mkfifo', [join(tree.root, path)])
    return () => closeSync(openSync(join(tree.root, path), 'r+'))
  }
  return { kernelFiles, clock, tree, said, asked, hang }
}

const threadsHeld = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('FSReq')).length

/** Lets the time pass until it is settled: real programs end in real time, their deadlines come with the clock's. */
async function passing<T>(clock: ManualClock, answer: Promise<T>): Promise<T> {
  let settled = false
  const over = answer.finally(() => {
    settled = true
  })
  over.catch(() => {
    // whoever asked sees it
  })
  await eventually(() => {
    if (!settled) clock.advance(100)
    expect(settled).toBe(true)
  })
  return over
}

describe('the files of the kernel', () => {
  it('are read, listed and written, and their errors are those of the file', async () => {
    const { kernelFiles, tree } = kernel({ '/sys/b': '21375\n', '/sys/a/file': '' })
    expect(await kernelFiles.readText('/sys/b')).toBe('21375\n')
    expect(await kernelFiles.list('/sys')).toEqual(['a', 'b'])
    expect(await kernelFiles.canWrite('/sys/b')).toBe(true)
    expect(await kernelFiles.canWrite('/sys/none')).toBe(false)
    await kernelFiles.writeText('/sys/b', '-1 "%s" $x')
    expect(readFileSync(join(tree.root, 'sys/b'), 'utf8')).toBe('-1 "%s" $x')
    await expect(kernelFiles.readText('/sys/none')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(kernelFiles.list('/sys/b')).rejects.toMatchObject({ code: 'ENOTDIR' })
    await expect(kernelFiles.writeText('/sys/a', '1')).rejects.toMatchObject({ code: 'EISDIR' })
  })

  it('hold one thread at most, however many of them hang, and the others are read meanwhile', async () => {
    const { kernelFiles, clock, hang } = kernel({ '/sys/well': '1\n', '/proc/well': '2\n' })
    const paths = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => `/sys/hangs${index}`)
    const release = paths.map(hang)
    const before = threadsHeld()
    const hanging = paths.map((path) => kernelFiles.readText(path))
    const refused = Promise.allSettled(hanging)
    const well = Promise.all([kernelFiles.readText('/sys/well'), kernelFiles.readText('/proc/well')])
    await eventually(() => expect(threadsHeld() - before).toBe(1))
    clock.advance(THREAD_MS)
    expect(await well).toEqual(['1\n', '2\n'])
    expect(await kernelFiles.list('/sys')).toContain('well')
    expect(threadsHeld() - before).toBe(1)
    await passing(clock, refused)
    for (const [index, result] of (await refused).entries())
      expect(result).toMatchObject({ reason: { code: 'device_busy', message: `${paths[index]} does not answer` } })
    expect(threadsHeld() - before).toBe(1)
    release[0]?.()
    await eventually(() => expect(threadsHeld() - before).toBe(0))
  })

  it('are read by the thread again once it is back, and what hung is named once, and once more when it answers', async () => {
    const { kernelFiles, clock, tree, hang, said, asked } = kernel({ '/sys/well': '1\n' })
    const release = hang('/sys/hangs')
    for (let times = 0; times < 2; times += 1)
      await expect(passing(clock, kernelFiles.readText('/sys/hangs'))).rejects.toThrow('/sys/hangs does not answer')
    expect(await kernelFiles.readText('/sys/well')).toBe('1\n')
    expect(asked.at(-1)).toBe('/sys/well')
    release()
    let byProgram = 0
    await eventually(async () => {
      byProgram = asked.length
      expect([await kernelFiles.readText('/sys/well'), asked.length]).toEqual(['1\n', byProgram])
    })
    tree.remove('/sys/hangs')
    tree.write('/sys/hangs', '5\n')
    expect(await kernelFiles.readText('/sys/hangs')).toBe('5\n')
    expect(asked).toHaveLength(byProgram)
    expect(said).toEqual([
      '/sys/hangs: a file of the kernel does not answer',
      '/sys/hangs: a file of the kernel answers again',
    ])
  })

  it('are not to blame when the thread waited for something else', async () => {
    const { kernelFiles, clock, tree, hang, said, asked } = kernel({ '/sys/well': '1\n' })
    // All four threads are taken, as by names that a name server does not answer.
    const release = [1, 2, 3, 4].map((index) => hang(`/elsewhere${index}`))
    const elsewhere = [1, 2, 3, 4].map((index) => readFile(join(tree.root, `elsewhere${index}`)))
    const well = kernelFiles.readText('/sys/well')
    await eventually(() => expect(threadsHeld()).toBe(5))
    clock.advance(THREAD_MS)
    expect(await well).toBe('1\n')
    expect([said, asked]).toEqual([[], ['/sys/well']])
    for (const letGo of release) letGo()
    await Promise.all(elsewhere)
  })

  it('are asked once by whoever wants to know the same', async () => {
    const { kernelFiles, clock, hang, asked } = kernel()
    const release = hang('/sys/hangs')
    const all = Promise.allSettled([1, 2, 3, 4, 5].map(() => kernelFiles.readText('/sys/hangs')))
    await passing(clock, all)
    expect(asked).toEqual(['/sys/hangs'])
    release()
  })

  it('are written by a program, and a write that hangs is given up and not tried twice', async () => {
    const { kernelFiles, clock, hang, asked } = kernel()
    const release = hang('/sys/export')
    const before = threadsHeld()
    const writing = kernelFiles.writeText('/sys/export', '17')
    await eventually(() => expect(asked).toEqual(['/sys/export']))
    clock.advance(PROGRAM_MS)
    await expect(writing).rejects.toMatchObject({ code: 'device_busy' })
    expect([threadsHeld() - before, asked.length]).toEqual([0, 1])
    release()
  })

  it('that not even SIGKILL frees are refused at once: no second program hangs beside the first', async () => {
    const clock = new ManualClock()
    const held = Promise.withResolvers<ProgramEnd>()
    let started = 0
    const kernelFiles = new KernelFiles({
      ...{ clock, log: silentLog, at: (path) => path },
      start() {
        started += 1
        return { ended: held.promise, kill() {}, stop: () => Promise.resolve() }
      },
    })
    const first = expect(kernelFiles.writeText('/sys/export', '17')).rejects.toThrow('/sys/export does not answer')
    clock.advance(PROGRAM_MS)
    await first
    await expect(kernelFiles.writeText('/sys/export', '17')).rejects.toThrow('/sys/export does not answer')
    expect(started).toBe(1)
    held.resolve({ code: 0, signal: null, problem: null, lastError: '' })
    await eventually(() => kernelFiles.writeText('/sys/export', '17'))
    expect(started).toBe(2)
  })
})

describe('the thermometer of the CPU', () => {
  it('that does not answer is there, and is named instead of a machine without one', async () => {
    const { clock, tree, hang } = kernel({ '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n' })
    const release = hang('/sys/class/thermal/thermal_zone0/temp')
    expect(await passing(clock, hasCpuThermometer(tree.machine))).toBe(true)
    await expect(passing(clock, readCpuTemperature(tree.machine))).rejects.toMatchObject({
      code: 'device_busy',
      message: '/sys/class/thermal/thermal_zone0/temp does not answer',
    })
    release()
  })
})
