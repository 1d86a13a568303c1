import { describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../cli/commands.ts'
import { commandHelp, help } from '../../cli/help.ts'
import { asksHub } from '../../cli/lares.ts'
import type { DescribedCommand } from '../../shared/admin/described-command.ts'

const COMMANDS = knownCommands()

function described(area: string, verb: string): DescribedCommand {
  const command = findDescribed(COMMANDS, area, verb)
  if (!command) throw new Error(`there is no ${area} ${verb}`)
  return command
}

describe('a command of the hub', () => {
  it('is asked of the hub, and no program takes its words', () => {
    expect(
      COMMANDS.filter(({ area, verb }) => !asksHub(area, [verb])).map(({ area, verb }) => `${area} ${verb}`),
    ).toEqual([])
    expect(asksHub('voice', ['install'])).toBe(false)
    expect(asksHub('hub', ['--data', 'x'])).toBe(false)
  })
})

describe('help', () => {
  it('names every command with its summary', () => {
    const text = help(COMMANDS)
    for (const { area, verb, summary } of COMMANDS) {
      expect(text).toContain(`${area} ${verb}`)
      expect(text).toContain(summary)
    }
  })

  it.each(COMMANDS.map((command) => [command.area, command.verb, command] as const))(
    'of %s %s shows how to call it',
    (area, verb, command) => {
      const text = commandHelp(command)
      expect(text).toMatch(new RegExp(`^lares ${area} ${verb}`))
      for (const name of command.positional) {
        const isFile = /^(?:json-)?file$/.test(command.params.properties?.[name]?.format ?? '')
        expect(text).toMatch(new RegExp(`^lares .*[<[]${isFile ? 'file' : name.replaceAll('_', '-')}[\\]>]`))
      }
      expect(text.endsWith('\n')).toBe(true)
    },
  )

  it('shows what stands for a word that is given by its place', () => {
    expect(commandHelp(described('bridges', 'add'))).toContain('<kind>  zigbee2mqtt, tasmota, esphome, homeassistant\n')
    expect(commandHelp(described('devices', 'switch'))).toContain('[state]   on, off, toggle, or 40% of a dimmer\n')
  })

  it('shows choices', () => {
    expect(commandHelp(described('devices', 'invite'))).toContain(
      '--device-type raspberry_pi|smart_speaker|tablet|custom',
    )
  })
})
