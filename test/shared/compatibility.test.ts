import { describe, expect, it } from 'vitest'
import { agentUpgrade, isOlder, OLDEST_AGENT, OLDEST_HUB, UPGRADE_COMMAND } from '../../shared/compatibility.ts'
import { programVersion } from '../../shared/version.ts'

describe('which versions work together', () => {
  it('includes this one', () => {
    for (const oldest of [OLDEST_AGENT, OLDEST_HUB]) expect(isOlder(programVersion(), oldest)).toBe(false)
  })

  it('goes by numbers, and knows that a release comes after its candidates', () => {
    expect(isOlder('0.9.0', '0.10.0')).toBe(true)
    expect(isOlder('1.0.0-rc.1', '1.0.0')).toBe(true)
    expect(isOlder('1.0.0', '1.0.0')).toBe(false)
  })

  it('says nothing of what is no version: another program, or none', () => {
    expect(isOlder('esp-home 2026', '0.1.0')).toBe(false)
    expect(agentUpgrade(null)).toBeNull()
    expect(agentUpgrade('my script')).toBeNull()
    expect(agentUpgrade('0.0.9', '0.1.0')).toBe(UPGRADE_COMMAND)
  })
})
