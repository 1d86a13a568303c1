import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { byLine } from '../../../edge/health/child-program.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { eventually } from './eventually.ts'
import { fakeTree } from './fake-tree.ts'

const quick = { timeoutMs: 10_000 }

describe('running a program', () => {
  it('hands arguments over as they are: no shell looks at them', async () => {
    const tree = fakeTree()
    tree.program('say', 'printf "%s|" "$@"')
    expect(await tree.machine.run(['say', '$(touch /tmp/x)', 'a b', ';', '*'], quick)).toBe('$(touch /tmp/x)|a b|;|*|')
  })

  it('names a program that is not installed, and one that may not be run', async () => {
    const tree = fakeTree({ files: { '/bin/locked': '#!/bin/sh\n' } })
    await expect(tree.machine.run(['nothing'], quick)).rejects.toMatchObject({ code: 'missing_program' })
    await expect(tree.machine.run(['locked'], quick)).rejects.toMatchObject({ code: 'no_permission' })
  })

  it('reports an exit code with the last line of standard error', async () => {
    const tree = fakeTree()
    tree.program('fail', 'echo first >&2; echo "no such bus" >&2; exit 3')
    await expect(tree.machine.run(['fail'], quick)).rejects.toMatchObject({
      code: 'program_failed',
      message: 'fail ended with code 3: no such bus',
    })
  })

  it.each([
    ['cannot open device: Permission denied', 'no_permission'],
    ['unable to request lines: Device or resource busy', 'device_busy'],
  ])('knows what "%s" means', async (line, code) => {
    const tree = fakeTree()
    tree.program('fail', `echo "${line}" >&2; exit 1`)
    await expect(tree.machine.run(['fail'], quick)).rejects.toMatchObject({ code })
  })

  it('reads the last words of a program whole, although they come in pieces that end within a character', async () => {
    const tree = fakeTree()
    // "fü" in two writes, the second byte of the letter after a pause.
    tree.program('fail', "printf 'kaputt f\\303' >&2; sleep 0.2; printf '\\274r immer\\n' >&2; exit 3")
    await expect(tree.machine.run(['fail'], quick)).rejects.toMatchObject({
      message: 'fail ended with code 3: kaputt für immer',
    })
  })

  it('ends a program and everything it started when its time is over', async () => {
    const clock = new ManualClock()
    const tree = fakeTree({ clock })
    tree.program('hang', `sleep 30 & echo $! > ${tree.root}/child; wait`)
    const running = tree.machine.run(['hang'], { timeoutMs: 2_000 })
    running.catch(() => {
      // Expected below; this only keeps it from being reported before that.
    })
    await eventually(async () => expect(await tree.machine.readText('/child')).toMatch(/\d+\n/))
    const child = (await tree.machine.readText('/child')).trim()
    clock.advance(2_000)
    await expect(running).rejects.toMatchObject({ code: 'device_busy', message: 'hang did not end within 2 s' })
    await eventually(() => expect(isAlive(child)).toBe(false))
  })

  it('does not wait for a program left behind that keeps the output open', async () => {
    const tree = fakeTree()
    tree.program('leave', 'sleep 30 & echo 1')
    expect(await tree.machine.run(['leave'], quick)).toBe('1\n')
  })

  it('ends a program when it is abandoned, and does not start it when that came first', async () => {
    const tree = fakeTree()
    tree.program('hang', `touch ${tree.root}/started; exec sleep 30`)
    const abandoned = new AbortController()
    const running = tree.machine.run(['hang'], { ...quick, signal: abandoned.signal })
    await eventually(() => expect(existsSync(join(tree.root, 'started'))).toBe(true))
    abandoned.abort()
    await expect(running).rejects.toMatchObject({ code: 'device_busy' })
    await expect(tree.machine.run(['hang'], { ...quick, signal: abandoned.signal })).rejects.toThrow()
  })

  it('ends a program that prints without end', async () => {
    const tree = fakeTree()
    tree.program('babble', 'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done')
    await expect(tree.machine.run(['babble'], quick)).rejects.toMatchObject({ code: 'too_large' })
  })
})

describe('lines', () => {
  it('arrive whole however the text was cut', () => {
    const lines: string[] = []
    const take = byLine((line) => lines.push(line))
    for (const piece of ['ri', 'sing 17\nfall', 'ing 17\n', 'half']) take(piece)
    expect(lines).toEqual(['rising 17', 'falling 17'])
  })
})

/** A zombie whose parent is gone counts as ended. */
function isAlive(pid: string): boolean {
  return existsSync(`/proc/${pid}/exe`) && existsSync(`/proc/${pid}/fd/0`)
}
