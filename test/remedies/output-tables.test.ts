import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { outputsBench } from '../edge/outputs/outputs-bench.ts'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'
import { lares } from './lib/lares.ts'
import { refusal } from './lib/refusal.ts'

type Tables = Record<string, Record<string, unknown>>

/** What `lares edge config` says of a file with these tables. */
async function configured(outputs: Tables) {
  const { root } = fakeTree()
  const file = join(root, 'edge.toml')
  writeFileSync(file, stringify({ outputs }))
  return lares(`edge config --config ${file} --data ${root}`)
}

interface Case {
  what: string
  tables: Tables
  says: string
  hint: string
  /** Takes the remedy from its text, one way after the other. */
  mend: ((hint: string) => Tables)[]
}

const [NFC, NFD] = ['Küche'.normalize('NFC'), 'Küche'.normalize('NFD')]
const RELAY = { type: 'relay', pin: 17 }
const OTHER = { type: 'relay', pin: 22 }

const CASES: Case[] = [
  {
    what: 'two spellings of one name',
    tables: { [NFC]: RELAY, [NFD]: OTHER },
    says: 'are one name, written with other characters',
    hint: 'Remove one of the two tables, or give it another name.',
    mend: [() => ({ [NFC]: RELAY }), () => ({ [NFC]: RELAY, Bad: OTHER })],
  },
  {
    what: 'a name that nobody can see',
    tables: { ' ': RELAY },
    says: '[outputs." "] has a name with nothing that can be seen',
    hint: 'Write …, or what people call it: ….',
    mend: [
      (hint) => ({ [found(hint, /Write \[outputs\.(output_1)\]/)]: RELAY }),
      (hint) => ({ [found(hint, /call it: \[outputs\."(.*)"\]/)]: RELAY }),
    ],
  },
  {
    what: 'no type',
    tables: { pump: { pin: 17 } },
    says: '[outputs.pump] type: is missing',
    hint: 'For example:\n    type = "relay"',
    mend: [(hint) => ({ pump: parse(`pin = 17\n${found(hint, /For example:\n([^[]*)/)}`) as Tables[string] })],
  },
  {
    what: 'a type that is misspelt',
    tables: { pump: { ...RELAY, type: 'relais' } },
    says: 'type: relais is none that there is',
    hint: '…Choose one of …',
    mend: [(hint) => ({ pump: { ...RELAY, type: found(hint, /Did you mean (\w+)\?/) } })],
  },
  {
    what: 'a type that there is not',
    tables: { pump: { pin: 18, type: 'thermostat' } },
    says: 'type: thermostat is none that there is',
    hint: 'Choose one of ',
    mend: [/one of (\w+)/, /one of \w+, (\w+)/].map((type) => (hint) => ({
      pump: { pin: 18, type: found(hint, type) },
    })),
  },
  {
    what: 'a dimmer at a pin without PWM',
    tables: { shelf: { type: 'dimmer', pin: 17 } },
    says: 'pin: GPIO17 has no PWM of its own',
    hint: 'On a Raspberry Pi GPIO… have one. On another board name chip and channel.',
    mend: [
      ...[0, 1, 2, 3].map((index) => (hint: string) => ({
        shelf: {
          type: 'dimmer',
          pin: Number([...found(hint, /On a Raspberry Pi (.*) have one/).matchAll(/GPIO(\d+)/g)][index]?.[1]),
        },
      })),
      (hint) => {
        const [, chip = '', channel = ''] = /name (\w+) and (\w+)\./.exec(hint) ?? []
        return { shelf: { type: 'dimmer', pin: 17, [chip]: 'pwmchip0', [channel]: 0 } }
      },
    ],
  },
]

describe('the outputs of a file', () => {
  it.each(CASES)('with $what: what it says, taken literally, works', async ({ tables, says, hint, mend }) => {
    const met = await configured(tables)
    expect([met.code, met.err]).toEqual([1, expect.stringContaining(says)])
    expect(met.err).toMatch(asPattern(hint))
    for (const way of mend) {
      const mended = way(met.err)
      expect(await configured(mended)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('its outputs') })
    }
  })

  it('with a wrong [gpio] are not driven until it is mended', async () => {
    const { root } = fakeTree()
    const file = join(root, 'edge.toml')
    const asked = async (chip: unknown) => {
      writeFileSync(file, stringify({ gpio: { chip }, outputs: { pump: RELAY } }))
      return lares(`edge config --config ${file} --data ${root}`)
    }
    const met = await asked(4)
    expect(met.err).toContain('[outputs.pump] is not driven, because [gpio] is wrong')
    expect(met.err).toMatch(asPattern('Mend what is wrong in [gpio]: it says which chip its pins are on.'))
    expect(met.out).not.toContain('its outputs')
    expect(await asked('pinctrl-rp1')).toMatchObject({ err: '', out: expect.stringContaining('its outputs') })
  })

  it('without the one that is to be switched: it is switched after its table was added and the agent restarted', async () => {
    const tables: Tables = { pump: RELAY }
    const { hint } = await refusal(() => outputsBench({ tables }).switch('lamp', 1))
    expect(hint).toMatch(asPattern('An output is a table [outputs.<key>] of edge.toml on that device.'))
    expect(hint).toContain('Its agent is restarted after it was added.')
    const table = found(hint, /(\[outputs\.<key>\])/).replace('<key>', 'lamp')
    const { outputs } = parse(`${table}\n${stringify(OTHER)}`) as { outputs: Tables }
    const restarted = outputsBench({ tables: { ...tables, ...outputs } })
    await restarted.outputs.secure()
    expect(await restarted.switch('lamp', 1)).toMatchObject({ level: 1 })
    expect(restarted.volts(22)).toBe('high')
  })
})
