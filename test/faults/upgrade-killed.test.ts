import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type House, makeHouse } from '../scripts/house.ts'
import { type StubMachine, stubMachine } from '../scripts/stub-machine.ts'

describe('an upgrade that is killed', () => {
  let machine: StubMachine
  let house: House

  beforeEach(() => {
    machine = stubMachine()
    house = makeHouse(machine)
  })
  afterEach(() => machine.remove())

  /** What a power cut may leave: `current` names a complete version that understands the database. */
  const expectRunnable = () => {
    expect(house.versions()).toContain(house.current())
    expect(house.schemaOf(house.current())).toBeGreaterThanOrEqual(house.database())
  }

  const expectTidy = () => {
    expect(existsSync(join(house.prefix, 'opt/lares/upgrade.unfinished'))).toBe(false)
    expect(readdirSync(join(house.prefix, 'opt/lares'))).not.toContain('.incoming')
  }

  /** Kills the upgrade at its first step outside of bash, then at its second, until it ends by itself with `code`. */
  function killAtEveryStep(fails: string, code: number): number {
    for (let step = 1; ; step += 1) {
      house.reset()
      if (house.upgrade({ killAt: step, fails }).code === code) return step - 1
      expectRunnable()
      const again = house.upgrade({ fails })
      expect({ step, code: again.code }).toEqual({ step, code })
      expectTidy()
      expectRunnable()
      expect(house.current()).toBe(fails === '' ? house.second : house.first)
      expect(house.database()).toBe(fails === '' ? 2 : 1)
    }
  }

  it('leaves a runnable version at every step, and is brought to its end when run again', () => {
    expect(killAtEveryStep('', 0)).toBeGreaterThan(20)
  })

  it('leaves a runnable version at every step of the way back, and goes back when run again', () => {
    expect(killAtEveryStep('2 health', 1)).toBeGreaterThan(30)
  })
})
