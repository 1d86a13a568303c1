import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readHubConfig } from '../../hub/config.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { storeFile } from '../../hub/store/places.ts'
import { silentLog } from '../../shared/log.ts'
import { makeFolder } from '../../shared/make-folder.ts'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'
import { lares } from './lib/lares.ts'
import { refusal } from './lib/refusal.ts'
import { startHub } from './lib/running-hub.ts'

const NOBODY = 65_534
/** What sudo gives is taken by being root again; that takes a process that may become somebody else. */
const isRoot = process.getuid?.() === 0

const folder = mkdtempSync(join(tmpdir(), 'lares-permissions-'))
// Whoever it is may come as far as here.
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs as a user to whom nothing here belongs. What it awaits runs so, too. */
async function asNobody<T>(run: () => T | Promise<T>): Promise<T> {
  process.setegid?.(NOBODY)
  process.seteuid?.(NOBODY)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}

function own(name: string, mode: number): string {
  const made = join(folder, name)
  mkdirSync(made)
  chmodSync(made, mode)
  return made
}

describe.skipIf(!isRoot)('what belongs to somebody else (only root can try it as another user)', () => {
  it('is a hub: it is asked with sudo', async () => {
    const hub = await startHub({ folder: own('hub', 0o700) })
    try {
      const line = `devices list --data ${hub.folder}`
      const { code, err } = await asNobody(() => lares(line))
      expect(code).not.toBe(0)
      expect(err).toMatch(
        asPattern(
          'Call it with sudo or as the user of the hub. Where it is a service, members of the group lares may open it, too. Or name a hub elsewhere with --hub.',
        ),
      )
      expect(await lares(line)).toMatchObject({ code: 0, err: '' })
    } finally {
      await hub.stop()
    }
  })

  it('is a copy of the database: it is restored with sudo, and stays whose the data folder is', async () => {
    const data = own('data', 0o755)
    openStore({ folder: data, now: Date.UTC(2026, 0, 1), log: silentLog }).close()
    const copy = join(own('copies', 0o700), 'copy.db')
    expect(await lares(`hub backup --to ${copy} --data ${data}`)).toMatchObject({ code: 0 })
    execFileSync('chown', ['-R', String(NOBODY), data])
    const line = `hub restore --from ${copy} --data ${data}`
    const { code, err } = await asNobody(() => lares(line))
    expect(code).not.toBe(0)
    expect(err).toMatch(
      asPattern('Run the same command with sudo: as root it gives what it writes to the owner of the data folder.'),
    )
    expect(await lares(line)).toMatchObject({ code: 0, err: '' })
    expect(statSync(storeFile(data)).uid).toBe(NOBODY)
  })

  it('is a data folder: it is used as its owner, whom the command names', async () => {
    const data = own('locked', 0o755)
    const line = `hub migrate --data ${data}`
    const { code, err } = await asNobody(() => lares(line))
    expect(code).not.toBe(0)
    expect(err).toMatch(asPattern('Run it with sudo, or as the owner of the folder: stat -c %U …'))
    const owner = execFileSync('sh', ['-c', found(err, /folder: (stat .*) \[/)])
      .toString()
      .trim()
    expect(owner).toBe(execFileSync('id', ['-un']).toString().trim())
    expect(await lares(line)).toMatchObject({ code: 0 })
  })

  it('is the place of a new folder: it is made by its owner, whom the command names, or elsewhere', async () => {
    const parent = own('parent', 0o755)
    const wanted = join(parent, 'data')
    const { hint } = await asNobody(() => refusal(() => makeFolder(wanted, 0o700)))
    expect(hint).toMatch(
      asPattern('Run it with sudo or as the owner of the folder (stat -c %U …), or name another place.'),
    )
    const owner = execFileSync('sh', ['-c', found(hint, /\((stat .*?)\)/)])
      .toString()
      .trim()
    expect(owner).toBe(execFileSync('id', ['-un']).toString().trim())
    makeFolder(wanted, 0o700)
    const open = own('open', 0o777)
    await asNobody(() => makeFolder(join(open, 'data'), 0o700))
  })

  it('is a file: it is read when it was given away as the text says', async () => {
    const inside = own('closed', 0o700)
    const file = join(inside, 'hub.toml')
    writeFileSync(file, 'log = "warn"\n', { mode: 0o600 })
    const { hint } = await asNobody(() => refusal(() => readHubConfig(file)))
    expect(hint).toMatch(
      asPattern(
        'Run it with sudo or as its owner, or give it away: sudo chown -R … …, and let everybody pass through ….',
      ),
    )
    expect(readHubConfig(file).log).toBe('warn')
    execFileSync('sh', ['-c', found(hint, /sudo (chown .*?), and/)])
    execFileSync('chmod', ['o+x', found(hint, /pass through (.*?)\. /)])
    expect(await asNobody(() => readHubConfig(file).log)).toBe('warn')
  })
})
