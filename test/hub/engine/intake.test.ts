import { describe, expect, it } from 'vitest'
import { VERDICTS } from '../../../hub/engine/input.ts'
import { BrokenBatch, DiskFault } from '../../../hub/engine/thread.ts'
import { effect, intakeUnderTest } from './intake-under-test.ts'

const command = { kind: 'presence', device: 'd', online: true, reason: 'connected' } as const

describe('Intake', () => {
  it('keeps the engine at work: what was gathered leaves before the answer is passed on', async () => {
    const { seen, gather, turn, answer } = intakeUnderTest()
    gather('a')
    gather('b')
    await turn()
    gather('c')
    await answer()
    expect(seen).toEqual(['sent a b', 'sent c', 'a stored', 'b stored'])
    await answer()
    expect(seen.slice(4)).toEqual(['c stored'])
  })

  it('has one batch in the engine at a time', async () => {
    const { seen, gather, turn, answer } = intakeUnderTest()
    gather('a')
    await turn()
    gather('b')
    await turn()
    gather('c')
    await turn()
    expect(seen).toEqual(['sent a'])
    await answer()
    expect(seen).toEqual(['sent a', 'sent b c', 'a stored'])
  })

  it('sends what comes while an answer is passed on', async () => {
    const { intake, seen, gather, turn, answer } = intakeUnderTest()
    gather('a', () => gather('b'))
    await turn()
    await answer()
    expect(seen).toEqual(['sent a', 'a stored', 'sent b'])
    await answer()
    await intake.drained()
    expect(seen.at(-1)).toBe('b stored')
  })

  it('sends nothing behind a batch that failed', async () => {
    const { intake, seen, gather, turn, fail } = intakeUnderTest()
    gather('a')
    await turn()
    gather('b')
    await fail()
    await intake.drained()
    gather('c')
    expect(seen).toEqual(['sent a', 'a fault', 'b fault', 'c fault'])
    expect(intake.fault).toBe('SQLITE_FULL')
  })

  it('answers each input with its own verdict and value, in order, before the effects are done', async () => {
    const { intake, seen, told, gather, turn, answer } = intakeUnderTest()
    gather('a')
    const asked = intake.input<string>(command).then((answered) => seen.push(`asked ${JSON.stringify(answered)}`))
    gather('b')
    const unanswered = intake.input(command)
    await turn()
    const verdicts = Uint8Array.from(['duplicate', 'stored', 'rejected', 'refused'], (name) =>
      VERDICTS.indexOf(name as never),
    )
    const batch = await answer({ verdicts, values: [[1, 'forty-two']], effects: [effect('x'), effect('y')] })
    await asked
    expect(await unanswered).toEqual({ verdict: 'refused', value: undefined })
    expect(batch).toMatchObject({ count: 4, topics: ['a', 'b'], structured: [command, command] })
    expect(seen).toEqual(['sent a b', 'a duplicate', 'b rejected', 'asked {"verdict":"stored","value":"forty-two"}'])
    expect(told).toEqual(['4 inputs', 'x', 'y'])
  })

  it('takes an input without a verdict for refused, never for stored', async () => {
    const { seen, gather, turn, answer } = intakeUnderTest()
    gather('a')
    gather('b')
    await turn()
    await answer({ verdicts: new Uint8Array(0) })
    expect(seen.slice(1)).toEqual(['a refused', 'b refused'])
  })

  it('bounds a batch by its inputs and by its bytes, and keeps the order across batches', async () => {
    const { intake, turn, answer, open } = intakeUnderTest()
    const order: number[] = []
    for (let n = 0; n < 5_000; n += 1) intake.message('t', Buffer.from('x'), () => order.push(n))
    for (let n = 5_000; n < 5_010; n += 1) intake.message('t', Buffer.alloc(1024 * 1024), () => order.push(n))
    expect(intake.depth).toBe(5_010)
    await turn()
    const counts: number[] = []
    while (open.length > 0) counts.push((await answer()).count)
    // 4,096 inputs; then 4 MiB, of which each of the large payloads is one.
    expect(counts).toEqual([4_096, 908, 4, 2])
    expect(order).toEqual(Array.from({ length: 5_010 }, (_, n) => n))
    expect(intake.depth).toBe(0)
  })

  it('fills the buffer again that came back from the engine', async () => {
    const { gather, turn, answer } = intakeUnderTest()
    gather('a')
    await turn()
    const first = await answer()
    gather('b')
    await turn()
    const second = await answer()
    expect(second.buffer).toBe(first.buffer)
  })

  it('is drained at once when nothing is open, and else when the last answer has been given', async () => {
    const { intake, seen, gather, turn, answer } = intakeUnderTest()
    await intake.drained()
    gather('a')
    await turn()
    // Nothing is gathered, but the engine has a batch.
    void intake.drained().then(() => seen.push('drained'))
    await turn()
    expect(seen).toEqual(['sent a'])
    gather('b')
    await answer()
    expect(seen).not.toContain('drained')
    await answer()
    expect(seen).toEqual(['sent a', 'sent b', 'a stored', 'b stored', 'drained'])
  })
})

describe('Intake and a disk that fails', () => {
  it('refuses with the code of what is wrong: a lock that somebody holds is no full disk', async () => {
    const { intake, gather, turn, fail } = intakeUnderTest()
    gather('a')
    await turn()
    await fail(new DiskFault('another program holds hub.db', 'database_locked'))
    await expect(intake.input(command)).rejects.toMatchObject({ code: 'database_locked' })
  })

  it('refuses everything, says so once, and asks the disk every five seconds until it takes commits', async () => {
    const { intake, seen, told, disk, gather, turn, answer, fail, pass } = intakeUnderTest()
    disk.probe = new DiskFault('still full')
    gather('a')
    const asked = intake.input(command)
    asked.catch(() => {})
    await turn()
    await fail()
    await expect(asked).rejects.toMatchObject({ code: 'disk_full' })
    await expect(intake.input(command)).rejects.toMatchObject({ code: 'disk_full' })
    gather('b')
    expect(seen).toEqual(['sent a', 'a fault', 'b fault'])
    expect(told).toEqual(['degraded SQLITE_FULL'])

    await pass(4_999)
    expect(seen).not.toContain('probe')
    await pass(1)
    await pass(5_000)
    expect(seen.filter((line) => line === 'probe')).toHaveLength(2)
    expect(intake.fault).toBe('still full')

    disk.probe = null
    await pass(5_000)
    expect(intake.fault).toBeNull()
    expect(told).toEqual(['degraded SQLITE_FULL', 'degraded still full', 'degraded null'])
    await pass(60_000)
    expect(seen.filter((line) => line === 'probe')).toHaveLength(3)
    gather('c')
    await turn()
    await answer()
    expect(seen.slice(-2)).toEqual(['sent c', 'c stored'])
  })

  it('does nothing of a batch that failed, and can fail again later', async () => {
    const { told, gather, turn, answer, fail, pass } = intakeUnderTest()
    for (let round = 0; round < 2; round += 1) {
      gather('a')
      await turn()
      await fail()
      await pass(5_000)
    }
    gather('b')
    await turn()
    await answer()
    expect(told).toEqual(['degraded SQLITE_FULL', 'degraded null', 'degraded SQLITE_FULL', 'degraded null', '1 inputs'])
  })

  it('stays closed, and asks no disk, when the engine itself failed', async () => {
    const { intake, seen, told, gather, turn, fail, pass } = intakeUnderTest()
    gather('a')
    await turn()
    await fail(new Error('the thread ended'))
    await pass(60_000)
    gather('b')
    expect(seen).toEqual(['sent a', 'a fault', 'b fault'])
    expect(told).toEqual(['degraded the thread ended'])
    expect(intake.fault).toBe('the thread ended')
  })

  it('stops asking when the engine ends meanwhile', async () => {
    const { intake, seen, disk, gather, turn, fail, pass } = intakeUnderTest()
    gather('a')
    await turn()
    disk.probe = new Error('the thread ended')
    await fail()
    await pass(5_000)
    await pass(60_000)
    expect(seen.filter((line) => line === 'probe')).toHaveLength(1)
    expect(intake.fault).toBe('the thread ended')
  })

  it('goes on asking when a fault of ours met what it asked with', async () => {
    const { seen, disk, gather, turn, fail, pass } = intakeUnderTest()
    gather('a')
    await turn()
    await fail(new DiskFault('EIO'))
    disk.probe = new BrokenBatch('a trigger')
    await pass(5_000)
    disk.probe = null
    await pass(5_000)
    gather('b')
    await turn()
    expect(seen).toEqual(['sent a', 'a fault', 'probe', 'probe', 'sent b'])
  })

  it('notices it at a tick too, and ticks no more until the disk is well', async () => {
    const { intake, told, disk, gather, turn, pass, seen } = intakeUnderTest()
    await intake.tick()
    expect(told).toEqual(['0 inputs', 'tick'])
    disk.tick = new DiskFault('SQLITE_IOERR')
    await intake.tick()
    gather('a')
    disk.tick = null
    await intake.tick()
    expect(seen).toEqual(['a fault'])
    expect(told.slice(2)).toEqual(['degraded SQLITE_IOERR'])
    await pass(5_000)
    await intake.tick()
    await turn()
    expect(told.slice(3)).toEqual(['degraded null', '0 inputs', 'tick'])
  })

  it('asks the engine for no tick while one waits', async () => {
    const { intake, told } = intakeUnderTest()
    await Promise.all([intake.tick(), intake.tick(), intake.tick()])
    expect(told).toEqual(['0 inputs', 'tick'])
    await intake.tick()
    expect(told).toHaveLength(4)
  })

  it('still passes on the answer to a batch that was on disk before a tick failed', async () => {
    const { intake, seen, disk, gather, turn, answer } = intakeUnderTest()
    gather('a')
    await turn()
    gather('b')
    disk.tick = new DiskFault('SQLITE_IOERR')
    await intake.tick()
    await answer()
    expect(seen).toEqual(['sent a', 'a stored', 'b fault'])
  })

  it('lets a fault of ours cost what met it, and takes what comes after it', async () => {
    const { intake, seen, told, gather, turn, answer, fail } = intakeUnderTest()
    gather('a')
    const asked = intake.input(command).catch((error: unknown) => error)
    await turn()
    gather('b')
    await fail(new BrokenBatch('a constraint'))
    expect(seen).toEqual(['sent a', 'sent b', 'a fault'])
    expect(await asked).toMatchObject({ code: 'internal' })
    expect(intake.fault).toBeNull()
    await answer()
    expect(seen).toContain('b stored')
    expect(told).toEqual(['broken a constraint', 'broken null', '1 inputs'])
  })

  it('goes on when somebody fails to hear what became of an input', async () => {
    const { seen, gather, turn, answer } = intakeUnderTest()
    gather('a', () => {
      throw new Error('a hook')
    })
    gather('b')
    await turn()
    await answer()
    gather('c')
    await turn()
    await answer()
    expect(seen).toEqual(['sent a b', 'a stored', 'b stored', 'sent c', 'c stored'])
  })

  it('after a full disk gives up the kept room, and lets nobody in until there is enough', async () => {
    const { intake, seen, told, room, gather, turn, fail, pass } = intakeUnderTest()
    gather('a')
    await turn()
    await fail()
    room.enough = false
    await pass(5_000)
    expect(seen.slice(2)).toEqual(['release', 'probe', 'make room'])
    gather('b')
    expect(seen.at(-1)).toBe('b fault')
    expect(intake.fault).toContain('nothing more that may be removed')
    room.enough = true
    await pass(5_000)
    expect(seen.slice(6)).toEqual(['release', 'probe', 'make room', 'probe'])
    expect(intake.fault).toBeNull()
    expect(told.at(-1)).toBe('degraded null')
  })

  it('takes ticks and measurements of the disk while room is made, and nothing else', async () => {
    const { intake, seen, told, room, gather, turn, answer, fail, pass } = intakeUnderTest()
    gather('a')
    await turn()
    await fail()
    const taken: Promise<unknown>[] = []
    room.meanwhile = () => {
      gather('b')
      taken.push(intake.tick(), intake.input({ kind: 'disk', totalBytes: 1, freeBytes: 1 }))
      taken.push(intake.input(command).catch((error: unknown) => error))
    }
    await pass(5_000)
    await turn()
    await answer()
    expect(await Promise.all(taken)).toContainEqual(expect.objectContaining({ code: 'disk_full' }))
    expect(seen).toContain('b fault')
    expect(told).toContain('tick')
  })

  it('asks for no room after another fault of the disk', async () => {
    const { seen, gather, turn, fail, pass } = intakeUnderTest()
    gather('a')
    await turn()
    await fail(new DiskFault('SQLITE_IOERR', 'disk_error'))
    await pass(5_000)
    expect(seen.slice(2)).toEqual(['probe'])
  })
})
