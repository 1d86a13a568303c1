import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readHubConfig } from '../../hub/config.ts'
import { loadCertificate } from '../../hub/listen/certificate.ts'
import { Listeners } from '../../hub/listen/listeners.ts'
import { splitAddress } from '../../shared/address.ts'
import { cannotListen } from '../../shared/cannot-listen.ts'
import type { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { silentLog } from '../../shared/log.ts'
import { asPattern } from './lib/as-pattern.ts'
import { refusal } from './lib/refusal.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-remedies-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What `[listen]` of a settings file says. */
function listening(line: string) {
  const file = join(folder, 'hub.toml')
  writeFileSync(file, `[listen]\n${line}`)
  return readHubConfig(file).listen
}

describe('a hub that cannot listen', () => {
  async function listeners(more: Partial<{ tls: string; plain: string; socket: string }>): Promise<Service> {
    const parts = { tls: '127.0.0.1:0', plain: '127.0.0.1:0', socket: join(folder, 'hub.sock'), ...more }
    const { tls, plain, local } = new Listeners({
      ...parts,
      certificate: await loadCertificate(folder, {}),
      log: silentLog,
      handle: () => {},
      admit: () => null,
    })
    const doors = [tls, plain, local]
    return {
      async start() {
        for (const door of doors) await door.start()
      },
      stop() {
        for (const door of doors) door.stop()
      },
    }
  }

  async function fault(more: Parameters<typeof listeners>[0]): Promise<LaresError> {
    const doors = await listeners(more)
    try {
      return await refusal(() => doors.start())
    } finally {
      await doors.stop()
    }
  }

  async function opened(more: Parameters<typeof listeners>[0]): Promise<void> {
    const doors = await listeners(more)
    await doors.start()
    await doors.stop()
  }

  it('says that the path of its socket is too long, and how long it may be', async () => {
    const long = join(folder, 's'.repeat(108 - folder.length - 1))
    expect(Buffer.byteLength(long)).toBe(108)
    const { message, hint } = await fault({ socket: long })
    expect(message).toMatch(/108 bytes, at most 107/)
    expect(hint).toMatch(
      asPattern('Choose a shorter one: --socket /run/lares/hub.sock, or [listen] socket = "…" in hub.toml.'),
    )
    const { socket } = listening(/(socket = .*) in hub/.exec(hint)?.[1] ?? '')
    expect(socket).toBe(/--socket (\S+),/.exec(hint)?.[1])
    await opened({ socket: long.slice(0, -1) })
  })

  it('says that the folder of its socket is missing, and works when it is made', async () => {
    const socket = join(folder, 'run', 'hub.sock')
    const { message, hint } = await fault({ socket })
    expect(message).toContain(`there is no ${join(folder, 'run')}`)
    expect(hint).toMatch(asPattern('Check how it is spelt, or make it. [listen] socket names another place.'))
    expect(hint).toMatch(asPattern('… [listen] … names another place.'))
    const { socket: elsewhere } = listening(`socket = "${join(folder, 'hub.sock')}"`)
    await opened({ socket: elsewhere ?? '' })
    mkdirSync(join(folder, 'run'))
    await opened({ socket })
  })

  it('says that another file is in the place of its socket, and works elsewhere and when it was moved away', async () => {
    const socket = join(folder, 'taken.sock')
    writeFileSync(socket, 'a letter')
    const { message, hint } = await fault({ socket })
    expect(message).toContain('another file is there')
    expect(hint).toMatch(asPattern('Move it away, or choose another place: [listen] socket.'))
    await opened({ socket: listening(`socket = "${join(folder, 'free.sock')}"`).socket ?? '' })
    renameSync(socket, join(folder, 'letter'))
    await opened({ socket })
  })

  it('says that another program is there, and not where the address is none of this machine', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const taken = await fault({ plain: `127.0.0.1:${port}` })
    expect(taken.message).toContain('another program listens there')
    expect(taken.hint).toMatch(
      asPattern("Stop it (sudo ss -ltnp 'sport = :…' names it), or choose another port in [listen] …."),
    )
    const names = /\(sudo (ss .*?) names it\)/.exec(taken.hint)?.[1] ?? ''
    if (isInstalled('ss')) expect(execFileSync('sh', ['-c', names]).toString()).toContain(`:${port}`)
    await opened({ plain: listening('plain = "127.0.0.1:0"').plain })
    await new Promise((resolve) => other.close(resolve))
    await opened({ plain: `127.0.0.1:${port}` })
    const elsewhere = await fault({ plain: '192.0.2.1:1883' })
    expect(elsewhere.message).toContain('this machine has no such address')
    expect(elsewhere.hint).not.toContain('Stop')
  })
})

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('an address that the system refuses', () => {
  const refused = (code: string) => Object.assign(new Error(code), { code })

  it.each([
    {
      ...{ key: 'tls', where: '127.0.0.1:443', code: 'EACCES', what: 'ports below 1024 are kept for root' },
      hint: 'Choose another port: [listen] … = "…:…".',
    },
    {
      ...{ key: 'plain', where: '[::1]:1883', code: 'EAFNOSUPPORT', what: 'this machine has no IPv6' },
      hint: 'Listen on IPv4: [listen] … = "0.0.0.0:…".',
    },
    {
      ...{ key: 'http', where: 'hub.lan:8443', code: 'ENOTFOUND', what: 'the name hub.lan has no address' },
      hint: 'Write an address of this machine: [listen] … = "0.0.0.0:…".',
    },
    {
      ...{ key: 'plain', where: '192.0.2.1:1883', code: 'EADDRNOTAVAIL', what: 'this machine has no such address' },
      hint: 'Choose one that `ip address` shows, or all of them: [listen] … = "0.0.0.0:…".',
    },
  ])(
    '$key = $where with $code is told what to write instead, which can be written so',
    ({ key, where, code, what, hint }) => {
      const fault = cannotListen(key, where, refused(code))
      expect(fault.message).toBe(`cannot listen on ${where}: ${what}`)
      expect(fault.hint).toMatch(asPattern(hint))
      const line = /\[listen\] (.*)\.$/.exec(fault.hint)?.[1] ?? ''
      const { host, port } = splitAddress(listening(line)[key as 'tls'])
      expect(port).toBeGreaterThanOrEqual(1_024)
      expect(host).toMatch(/^(?:127\.0\.0\.1|0\.0\.0\.0)$/)
    },
  )

  it.each([
    ['tls', '127.0.0.1:8883', 'Choose another address: [listen] ….', 'tls = "127.0.0.1:8884"'],
    ['socket', '/run/x/hub.sock', 'Choose another place: [listen] ….', 'socket = "/run/lares/hub.sock"'],
  ])('%s = %s for a reason that nobody foresaw is told which key names another', (key, where, hint, other) => {
    const fault = cannotListen(key, where, refused('EUNKNOWN'))
    expect(fault.hint).toMatch(asPattern(hint))
    const named = /\[listen\] (\w+)\.$/.exec(fault.hint)?.[1]
    expect(listening(other)[named as 'tls']).toBe(/"(.*)"/.exec(other)?.[1])
  })
})
