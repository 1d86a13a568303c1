import { describe, expect, it } from 'vitest'
import { commandHelp, help } from '../../cli/help.ts'
import { COMMANDS } from '../../hub/features/commands.ts'

describe('help', () => {
  it('names every command with its summary', () => {
    const text = help()
    for (const { area, verb, summary } of COMMANDS) {
      expect(text).toContain(`${area} ${verb}`)
      expect(text).toContain(summary)
    }
  })

  it.each(COMMANDS.map(({ area, verb }) => [area, verb]))('of %s %s shows how to call it', (area = '', verb = '') => {
    const text = commandHelp(area, verb)
    const command = COMMANDS.find((one) => one.area === area && one.verb === verb)
    expect(text).toMatch(new RegExp(`^lares ${area} ${verb}`))
    for (const name of command?.positional ?? []) expect(text).toContain(`<${name}>`)
    expect(text.endsWith('\n')).toBe(true)
  })

  it('shows choices, and refuses a command that is not there', () => {
    expect(commandHelp('devices', 'invite')).toContain('--device-type raspberry_pi|smart_speaker|tablet|custom')
    expect(() => commandHelp('devices', 'explode')).toThrow(expect.objectContaining({ code: 'unknown_command' }))
    expect(() => commandHelp('constructor', '')).toThrow(expect.objectContaining({ code: 'unknown_command' }))
  })
})
