import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { ROOT } from '../source-tree.ts'
import { type OnScreen, typedAt } from './terminal.ts'

const data = makeDataFolder()
let hub: HubProcess
let admin: LocalAdmin

beforeAll(async () => {
  hub = await startHub(data)
  admin = await LocalAdmin.open(hub.ports.socket)
}, 120_000)

afterAll(async () => {
  admin.close()
  await hub.stop()
  data.remove()
}, 60_000)

const NODE = [process.execPath, '--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts')]
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/** Runs `lares …` on a terminal, as `typedAt` does. */
function onTerminal(words: string[], typed: [waitsFor: string, keys: string][]): Promise<OnScreen> {
  return typedAt([...NODE, ...words, '--socket', hub.ports.socket], typed)
}

async function isThere(device: string): Promise<boolean> {
  const { devices } = await admin.call<{ devices: { id: string }[] }>('devices', 'list', {})
  return devices.some(({ id }) => id === device)
}

describe('on a terminal, who would take something away', () => {
  it.each([
    ['no', 'no\r'],
    ['only Enter', '\r'],
    ['something else', 'yes please\r'],
    ['nothing (Ctrl-D)', CTRL_D],
    ['Ctrl-C', CTRL_C],
  ])('and answers %s, takes nothing away and is told so', async (_says, keys) => {
    const { device } = await admin.call<{ device: string }>('devices', 'create', { name: 'Old' })
    const { code, shown } = await onTerminal(['devices', 'revoke', device], [['Go on? [y/N]', keys]])
    expect(shown).toContain('will be shut out for good')
    expect(shown).toContain('nothing was done')
    expect(shown).toContain('--yes')
    expect(code).toBe(5)
    expect(await isThere(device)).toBe(true)
  })

  it('and answers yes, does it', async () => {
    const { device } = await admin.call<{ device: string }>('devices', 'create', { name: 'Old' })
    const { code } = await onTerminal(['devices', 'revoke', device], [['Go on? [y/N]', 'yes\r']])
    expect(code).toBe(0)
    expect(await isThere(device)).toBe(false)
  })

  it('is not asked where a program wants the answer', async () => {
    const { device } = await admin.call<{ device: string }>('devices', 'create', { name: 'Old' })
    const { code, shown } = await onTerminal(['devices', 'revoke', device, '--json'], [])
    expect([code, shown]).toEqual([5, expect.stringContaining('confirm_needed')])
    expect(await isThere(device)).toBe(true)
  })
})

describe('on a terminal, who is asked for a secret', () => {
  it.each([
    ['nothing (Ctrl-D)', CTRL_D],
    ['Ctrl-C', CTRL_C],
  ])('and gives %s, makes no account and is told so', async (_says, keys) => {
    const { code, shown } = await onTerminal(['users', 'create', 'x@example.org'], [['is not shown', keys]])
    expect(shown).toContain('nothing was done')
    expect(shown).not.toContain('again:')
    expect(code).toBe(2)
    expect(await admin.call('users', 'list', {})).toEqual({ users: [] })
  })

  it('and types two that differ, calls it again as the text says and has an account', async () => {
    const create = (again: string) =>
      onTerminal(
        ['users', 'create', 'z@example.org'],
        [
          ['is not shown', 'correct horse battery\r'],
          ['again', `${again}\r`],
        ],
      )
    const { code, shown } = await create('correct horse batery')
    expect(code).toBe(2)
    expect(shown).toContain('the two differ')
    expect(shown).toContain('Call it again.')
    expect(await create('correct horse battery')).toMatchObject({ code: 0 })
  })

  it('and types it twice, has an account, and never sees it', async () => {
    const word = 'correct horse battery'
    const { code, shown } = await onTerminal(
      ['users', 'create', 'y@example.org'],
      [
        ['is not shown', `${word}\r`],
        ['again', `${word}\r`],
      ],
    )
    expect([code, shown.includes('horse')]).toEqual([0, false])
  })
})

describe('on a terminal, who talks to the house', () => {
  it('is told with whom, asked for each sentence after the answer to the one before, and done with exit', async () => {
    const typed: [string, string][] = [
      ['> ', 'what time is it\r'],
      ['> ', 'wibble wobble\r'],
      ['> ', 'exit\r'],
    ]
    const { code, shown } = await onTerminal(['talk'], typed)
    expect(code).toBe(0)
    expect(shown).toContain('Talking to the hub of this machine')
    expect(shown).toMatch(/It is \d{1,2}:\d\d[\s\S]*> .*wibble wobble[\s\S]*> .*exit/)
  })

  it('is done with Ctrl-D, and with Ctrl-C', async () => {
    for (const keys of [CTRL_D, CTRL_C]) expect((await onTerminal(['talk'], [['> ', keys]])).code).toBe(0)
  })

  it('may be a file of sentences: each is answered, what fails is told, and its exit code says so', async () => {
    const child = spawn(process.execPath, [...NODE.slice(1), 'talk', '--socket', hub.ports.socket])
    child.stdin.end('what time is it\n\nwibble wobble\nexit\nset a timer for ten minutes\n')
    const [out, code] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect(out).toMatch(/^It is \d{1,2}:\d\d.*\n.*wibble wobble.*\n$/)
    expect(code[0]).toBe(0)
    const away = spawn(process.execPath, [...NODE.slice(1), 'talk', '--socket', join(data.folder, 'no.sock')])
    away.stdin.end('what time is it\n')
    const [said, [failed]] = await Promise.all([text(away.stderr), once(away, 'close')])
    expect([said.includes('no.sock'), failed === 0]).toEqual([true, false])
  })
})
