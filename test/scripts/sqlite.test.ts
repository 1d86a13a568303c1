import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHouse } from './house.ts'
import { copyScripts, type Ended, repository, type StubMachine, stubMachine } from './stub-machine.ts'

/** Plays npm: brings a package with sources and a binary, and compiles by noting how it was asked to. */
const NPM = `
echo "npm $* CFLAGS=$CFLAGS JOBS=$JOBS" >>"$CALLS"
if [ "$1" = run ]; then
  if [ -n "$COMPILE_FAILS" ]; then echo 'cc1: out of memory'; exit 1; fi
  mkdir -p build/Release && echo "compiled of $(cat deps/sqlite3.c)" >build/Release/better_sqlite3.node
  exit 0
fi
package=node_modules/better-sqlite3
rm -rf node_modules && mkdir -p "$package/deps" "$package/src" "$package/lib" "$package/prebuilds"
touch "$package/package.json" "$package/binding.gyp" node_modules/.package-lock.json
echo "version $SQLITE" >"$package/deps/sqlite3.c"`

describe('scripts/setup --compile-sqlite', () => {
  let machine: StubMachine
  let checkout: string
  let meminfo: string
  const setup = (env: Record<string, string> = {}, ...args: string[]): Ended =>
    machine.run(join(checkout, 'scripts/setup'), {
      args: ['--no-packages', '--compile-sqlite', ...args],
      env: { LARES_MEMINFO: meminfo, npm_config_nodedir: '/headers', SQLITE: '1', ...env },
    })
  const binary = () => join(checkout, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node')
  const compilations = () => machine.calls().filter((call) => call.startsWith('npm run build-release'))
  const freeMegabytes = (count: number) => writeFileSync(meminfo, `MemFree: 1 kB\nMemAvailable: ${count}000 kB\n`)
  const nextLock = (text: string) => writeFileSync(join(checkout, 'package-lock.json'), `"${text}"\n`)

  beforeEach(() => {
    machine = stubMachine()
    checkout = copyScripts(machine)
    meminfo = join(machine.home, 'meminfo')
    freeMegabytes(2000)
    // What compares both binaries has tests of its own, below.
    machine.program('node', 'if [ "$1" = --version ]; then echo v24.7.0; elif [ -n "$OTHER_SQLITE" ]; then exit 1; fi')
    machine.program('npm', NPM)
    machine.program('sync', '')
    for (const name of ['make', 'c++', 'python3']) machine.program(name, '')
    machine.program('uname', 'echo x86_64')
  })
  afterEach(() => machine.remove())

  it("compiles with fdatasync where the package's loader looks first", () => {
    const { code, out, err } = setup()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('ready: SQLite that flushes the disk once for a commit')
    expect(compilations()).toEqual([expect.stringMatching(/CFLAGS= ?-DHAVE_FDATASYNC=1 JOBS=2$/)])
    expect(readFileSync(binary(), 'utf8')).toBe('compiled of version 1\n')
    expect(readdirSync(join(checkout, '.cache'))).not.toContain('sqlite-incoming')
  })

  it('compiles once, also when npm empties node_modules, and again for another source', () => {
    setup()
    setup()
    nextLock('other packages')
    setup()
    expect(compilations()).toHaveLength(1)
    expect(readFileSync(binary(), 'utf8')).toBe('compiled of version 1\n')
    nextLock('another SQLite')
    setup({ SQLITE: '2' })
    expect(compilations()).toHaveLength(2)
    expect(readFileSync(binary(), 'utf8')).toBe('compiled of version 2\n')
    expect(readdirSync(join(checkout, '.cache/sqlite'))).toHaveLength(1)
  })

  it('is asked for in a checkout, and comes with every installation', () => {
    machine.run(join(checkout, 'scripts/setup'), { args: ['--no-packages'], env: { SQLITE: '1' } })
    expect(compilations()).toEqual([])
    const env = { LARES_MEMINFO: meminfo, npm_config_nodedir: '/headers', SQLITE: '1' }
    machine.run(join(checkout, 'scripts/setup'), { args: ['--no-packages', '--production', '--quiet'], env })
    expect(compilations()).toHaveLength(1)
  })

  it('uses one compiler at a time where memory is short', () => {
    freeMegabytes(1000)
    setup()
    expect(compilations()[0]).toContain('JOBS=1')
  })

  it.each([
    ['no compiler', 'a compiler or python3 is missing', () => machine.forget('c++')],
    ['no memory', 'needs 700 MB of free memory, and 300 MB are', () => freeMegabytes(300)],
  ])('goes on with the SQLite that came, and says so, where there is %s', (_, reason, take) => {
    take()
    const { code, out, err } = setup()
    expect(code).toBe(0)
    expect(err).toContain(`SQLite stays as it came, and a commit flushes the disk twice where once would do: `)
    expect(err).toContain(reason)
    expect(out).not.toContain('ready: SQLite')
    expect(compilations()).toEqual([])
  })

  it.each([
    ['does not compile', { COMPILE_FAILS: 'yes' }, 'it did not compile, see'],
    ['is not the same', { OTHER_SQLITE: 'yes' }, 'what was compiled is another SQLite or does not run'],
  ])('leaves nothing of what %s', (_, env, reason) => {
    const { code, err } = setup(env)
    expect(code).toBe(0)
    expect(err).toContain(reason)
    expect(existsSync(binary())).toBe(false)
    expect(setup().out).toContain('ready: SQLite that flushes')
  })
})

describe('an upgrade', () => {
  it('brings the compiled SQLite of the version in use to the next one, so that it need not compile', () => {
    const machine = stubMachine()
    const house = makeHouse(machine, 'hub')
    const kept = (version: string) => join(house.prefix, 'opt/lares', version, '.cache/sqlite')
    mkdirSync(kept(house.first), { recursive: true })
    writeFileSync(join(kept(house.first), 'x64-source.node'), 'compiled')
    expect(house.upgrade().code).toBe(0)
    expect(readFileSync(join(kept(house.second), 'x64-source.node'), 'utf8')).toBe('compiled')
    machine.remove()
  })
})

describe('comparing a compiled SQLite with the one that came', () => {
  const folder = join(repository, 'node_modules/better-sqlite3')
  const shipped = join(folder, `prebuilds/linux-${process.arch}.node`)
  const compiled = join(folder, 'build/Release/better_sqlite3.node')
  const compare = (binary: string) => {
    const program = join(repository, 'scripts/lib/compare-sqlite.ts')
    const { status, stderr } = spawnSync(process.execPath, [program, binary, shipped], { encoding: 'utf8' })
    return { status, stderr }
  }
  const trouble = existsSync(compiled) ? null : 'SQLite is not compiled here: scripts/setup --compile-sqlite'
  if (trouble !== null) console.warn(`that a compiled SQLite is accepted is not tested: ${trouble}`)

  it('refuses one that flushes as before', () => {
    expect(compare(shipped)).toEqual({ status: 1, stderr: 'the compiled SQLite is refused: it still calls fsync\n' })
  })

  it('refuses what does not load', () => {
    expect(compare(join(folder, 'package.json')).status).toBe(1)
  })

  it.skipIf(trouble !== null)('accepts one of the same version and options that calls fdatasync and stores', () => {
    expect(compare(compiled)).toEqual({ status: 0, stderr: '' })
  })
})
