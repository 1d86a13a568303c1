import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type House, makeHouse } from './house.ts'
import { type StubMachine, stubMachine } from './stub-machine.ts'

describe('scripts/upgrade', () => {
  let machine: StubMachine
  let house: House
  const calls = () => machine.calls().filter((call) => !call.includes('is-enabled') && !call.includes('is-active'))
  const planExists = () => existsSync(join(house.prefix, 'opt/lares/upgrade.unfinished'))

  beforeEach(() => {
    machine = stubMachine()
    house = makeHouse(machine)
    machine.forgetCalls()
  }, 120_000)
  afterEach(() => machine.remove())

  it('backs up with the old code after the stop, switches, migrates with the new code and starts', () => {
    const { code, out, err } = house.upgrade()
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(calls()).toEqual([
      '1 health',
      'systemctl stop lares-hub.service',
      'systemctl stop lares-edge.service',
      '1 backup',
      'systemctl daemon-reload',
      '2 migrate',
      'systemctl start --no-block lares-hub.service',
      'systemctl start --no-block lares-edge.service',
      '2 health',
    ])
    expect(house.current()).toBe(house.second)
    expect(house.database()).toBe(2)
    expect(planExists()).toBe(false)
    expect(out).toContain(`Upgraded: from ${house.first} to ${house.second}.`)
  })

  it('puts the old version and its database back when the migration fails', () => {
    const { code, err } = house.upgrade({ fails: '2 migrate' })
    expect(code).toBe(1)
    expect(err).toContain(`Version ${house.second} did not work: the migration failed. Going back to ${house.first}.`)
    expect(calls()).toContain('1 restore')
    expect(house.current()).toBe(house.first)
    expect(house.database()).toBe(1)
    expect(calls().slice(-3)).toEqual([
      'systemctl start --no-block lares-hub.service',
      'systemctl start --no-block lares-edge.service',
      '1 health',
    ])
    expect(planExists()).toBe(false)
  })

  it('puts the old version and its database back when the new one does not become healthy', () => {
    const { code, err } = house.upgrade({ fails: '2 health' })
    expect(code).toBe(1)
    expect(err).toContain('becoming healthy within 0 s failed')
    expect(err).toContain(`Version ${house.first} runs again.`)
    expect(house.current()).toBe(house.first)
    expect(house.database()).toBe(1)
    expect(readFileSync(join(house.prefix, 'var/lib/lares/hub.db.aside'), 'utf8')).toBe('2\n')
  })

  it('takes a hub that needs attention for healthy, with what it had before or what is no fault of a program', () => {
    writeFileSync(join(machine.home, 'attention-1'), '{"problems":[{"code":"part_failed"}]}')
    writeFileSync(join(machine.home, 'attention-2'), '{"problems":[{"code":"part_failed"},{"code":"disk_space_low"}]}')
    expect(house.upgrade().code).toBe(0)
    expect(house.current()).toBe(house.second)
  })

  it('goes back when the new version fails at what the old one did not', () => {
    writeFileSync(join(machine.home, 'attention-1'), '{"problems":[{"code":"disk_space_low"}]}')
    writeFileSync(join(machine.home, 'attention-2'), '{"problems":[{"code":"part_failed"},{"code":"disk_space_low"}]}')
    expect(house.upgrade().code).toBe(1)
    expect(house.current()).toBe(house.first)
  })

  it('starts the old version again, its database untouched, when the backup fails', () => {
    expect(house.upgrade({ fails: '1 backup' }).code).toBe(1)
    expect(calls()).not.toContain('1 restore')
    expect(calls()).toContain('systemctl start --no-block lares-hub.service')
    expect(house.current()).toBe(house.first)
  })

  it('keeps the new version when the backup cannot be restored: the old one would not understand the database', () => {
    machine.program('cp', '[ -f "$HOME/staged/var/lib/lares/hub.db.aside" ] && exit 1; cat "$1" >"$2"')
    const { code, err } = house.upgrade({ fails: '2 health' })
    expect(code).toBe(1)
    expect(err).toContain('could not be restored')
    expect(house.current()).toBe(house.second)
    expect(calls().at(-1)).toBe('systemctl start --no-block lares-edge.service')
  })

  it('touches no database where only the agent is installed', () => {
    machine.remove()
    machine = stubMachine()
    house = makeHouse(machine, 'edge')
    machine.forgetCalls()
    expect(house.upgrade().code).toBe(0)
    expect(calls()).toEqual([
      'systemctl stop lares-edge.service',
      'systemctl daemon-reload',
      'systemctl start --no-block lares-edge.service',
    ])
    expect(house.current()).toBe(house.second)
  })

  it('does nothing when the version is installed already', () => {
    house.upgrade()
    machine.forgetCalls()
    expect(house.upgrade().out).toContain('is installed already')
    expect(calls()).toEqual([])
  })

  it('keeps three versions, and what was compiled of them and of no other', () => {
    const names = [house.first, house.second]
    const caches = ['lares', 'lares-edge'].map((part) => join(house.prefix, 'var/cache', part))
    for (const schema of [3, 4]) {
      expect(house.upgrade().code).toBe(0)
      names.push(house.commit(schema))
    }
    for (const cache of caches)
      for (const name of [...names, 'of-nobody']) mkdirSync(join(cache, name), { recursive: true })
    names.forEach((name, index) => {
      const folder = join(house.prefix, 'opt/lares', name)
      if (existsSync(folder)) utimesSync(folder, 1_000 + index, 1_000 + index)
    })
    expect(house.upgrade().code).toBe(0)
    expect(house.versions().toSorted()).toEqual(names.slice(1).toSorted())
    for (const cache of caches) expect(readdirSync(cache)).toEqual(names.slice(1).toSorted())
  })

  it('changes nothing in a dry run', () => {
    const { code, out } = house.upgrade({ args: ['--dry-run'] })
    expect(code).toBe(0)
    expect(out).toContain('would run: systemctl stop lares-hub.service')
    expect(out).toContain('hub migrate')
    expect(calls()).toEqual([])
    expect(house.current()).toBe(house.first)
    expect(house.versions()).toEqual([house.first])
  })
})
