import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type House, makeHouse } from './house.ts'
import { repository, type StubMachine, stubMachine } from './stub-machine.ts'

const inShare = (path: string) => `usr/local/share/${path}`

describe('scripts/install', () => {
  let machine: StubMachine
  let house: House

  beforeEach(() => {
    machine = stubMachine()
    house = makeHouse(machine, 'hub')
    machine.forgetCalls()
  })
  afterEach(() => machine.remove())

  const mode = (path: string) => (statSync(join(house.prefix, path)).mode & 0o777).toString(8)

  /** Everything below the prefix but what is inside a version. */
  const laidDown = () =>
    readdirSync(house.prefix, { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.startsWith(`opt/lares/${house.first}/`) && !path.startsWith('opt/lares/current/'))
      .toSorted()

  it('lays down exactly one version, its links, units, configuration and a folder for data', () => {
    expect(laidDown()).toEqual(
      [
        ...['etc', 'etc/lares', 'etc/lares/hub.toml', 'etc/systemd', 'etc/systemd/system'],
        ...[
          'etc/systemd/system/lares-hub.service',
          'opt',
          'opt/lares',
          `opt/lares/${house.first}`,
          'opt/lares/current',
        ],
        ...['usr', 'usr/local', 'usr/local/bin', 'usr/local/bin/lares', 'usr/local/share'],
        ...['bash-completion', 'bash-completion/completions', 'bash-completion/completions/lares'].map(inShare),
        ...['fish', 'fish/vendor_completions.d', 'fish/vendor_completions.d/lares.fish'].map(inShare),
        ...['zsh', 'zsh/site-functions', 'zsh/site-functions/_lares'].map(inShare),
        ...['var', 'var/lib', 'var/lib/lares', 'var/lib/lares/hub.db'],
      ].toSorted(),
    )
    expect(house.current()).toBe(house.first)
    expect(readlinkSync(join(house.prefix, 'usr/local/bin/lares'))).toBe('/opt/lares/current/lares')
    expect(mode('etc/lares')).toBe('750')
    expect(mode('etc/lares/hub.toml')).toBe('640')
    expect(mode('var/lib/lares')).toBe('750')
    expect(mode('etc/systemd/system/lares-hub.service')).toBe('644')
  })

  it('copies a commit as a clone, so that what is not committed stays behind', () => {
    const version = join(house.prefix, 'opt/lares', house.first)
    expect(readdirSync(version)).toContain('.git')
    expect(house.schemaOf(house.first)).toBe(1)
  })

  it('never overwrites a configuration', () => {
    const path = join(house.prefix, 'etc/lares/hub.toml')
    writeFileSync(path, 'mine = true\n')
    spawnSync('git', ['-C', house.checkout, 'checkout', '--quiet', 'HEAD~1'])
    expect(house.install('both').code).toBe(0)
    expect(readFileSync(path, 'utf8')).toBe('mine = true\n')
    expect(laidDown()).toContain('etc/lares/edge.toml')
    expect(laidDown()).toContain('etc/systemd/system/lares-edge.service')
  })

  it('leaves a change of version to scripts/upgrade', () => {
    const { code, err } = house.install('hub')
    expect(code).toBe(1)
    expect(err).toContain('Use scripts/upgrade')
    expect(house.current()).toBe(house.first)
  })

  it('prints every step of a dry run and does none', () => {
    spawnSync('git', ['-C', house.checkout, 'checkout', '--quiet', 'HEAD~1'])
    const before = laidDown()
    const { code, out } = house.install('both', '--dry-run')
    expect(code).toBe(0)
    expect(out).toContain(`would run: install -m 0640 -- ${house.checkout}/scripts/examples/edge.toml`)
    expect(out).toContain('This was a dry run: nothing was done.')
    expect(laidDown()).toEqual(before)
  })

  it('prints also what it would do to the machine itself: packages, the account, its groups, the services', () => {
    machine.program('id', 'echo 1000')
    machine.program('getent', '[[ "$1 $2" == "group gpio" ]]')
    const { code, out } = machine.run(join(house.checkout, 'scripts/install'), { args: ['edge', '--dry-run'] })
    expect(code).toBe(0)
    const steps = out.split('\n').filter((line) => line.startsWith('would run: '))
    for (const step of [
      /apt-get install .*alsa-utils/,
      /useradd --system .* lares$/,
      /usermod -aG gpio lares$/,
      /chown root:lares -- \/etc\/lares$/,
      /mv -T -- \/opt\/lares\/\.incoming \/opt\/lares\//,
      /install -m 0644 -- \/opt\/lares\/.*lares-edge\.service/,
      /systemctl daemon-reload$/,
      /systemctl enable lares-edge\.service$/,
      /systemctl restart --no-block lares-edge\.service$/,
    ])
      expect(steps.some((line) => step.test(line))).toBe(true)
    expect(machine.calls()).toEqual([])
  })

  it('asks for root before it changes a machine, and for a part', () => {
    machine.program('id', 'echo 1000')
    const script = join(house.checkout, 'scripts/install')
    expect(machine.run(script, { args: ['edge'] }).err).toContain('Run: sudo scripts/install edge')
    expect(machine.run(script, { args: ['--prefix', house.prefix] }).err).toContain('hub, edge or both')
  })

  it.each(['hub', 'edge'])(
    'brings a unit of the %s that systemd accepts',
    (part) => {
      const unit = readFileSync(join(repository, `scripts/systemd/lares-${part}.service`), 'utf8')
      for (const line of ['Type=notify', 'WatchdogSec=30', 'Restart=always', 'StartLimitIntervalSec=0', 'User=lares']) {
        expect(unit.split('\n')).toContain(line)
      }
      for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'ProtectHome=yes', 'CapabilityBoundingSet=']) {
        expect(unit.split('\n')).toContain(line)
      }
      // V8 writes machine code while it runs.
      expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m)
      const path = join(machine.home, `lares-${part}.service`)
      writeFileSync(path, unit.replace('/opt/lares/current/lares', '/bin/true'))
      const verified = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' })
      if (verified.error) console.log(`systemd-analyze is missing: the unit of the ${part} was not verified by systemd`)
      else expect(verified.stderr).not.toContain(`lares-${part}.service`)
    },
    120_000,
  )

  it("keeps the agent's stop from removing the hub's socket: they share no runtime folder", () => {
    const folder = (part: string) =>
      /^RuntimeDirectory=(.*)$/m.exec(
        readFileSync(join(repository, `scripts/systemd/lares-${part}.service`), 'utf8'),
      )?.[1]
    expect(folder('hub')).toBe('lares')
    expect(folder('edge')).not.toBe(folder('hub'))
  })
})
