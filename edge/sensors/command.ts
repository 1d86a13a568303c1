import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import { sameName, sensorKeyOf, sensorKeyWithin } from '../../shared/ids.ts'
import { text } from '../../shared/messages/fields.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import { parseNumbers } from './command-output.ts'
import { kindSetting } from './kind-setting.ts'
import { sourceDriver } from './source.ts'

const printedName = text(40).refine((name) => sensorKeyOf(name) !== null)

/**
 * Any program that prints numbers. It comes from the local configuration file alone and is run without a shell, so
 * `$VARIABLE`, `|` and `*` mean nothing in it.
 */
export const commandSource = sourceDriver({
  driver: 'command',
  summary: 'A program of yours that prints a number, lines of `key value`, or a JSON object of numbers',
  settings: z.strictObject({
    command: z.array(z.string().min(1)).min(1),
    timeout_s: z.number().min(0.1).max(600).default(10),
    /** What the number is, when the program prints one. */
    kind: kindSetting.default('number'),
    /** What the numbers are, by the key that the program prints. Keys that are not listed are ignored. */
    values: z
      .record(printedName, z.strictObject({ kind: kindSetting.default('number'), name: text(100).optional() }))
      .optional(),
  }),
  defaults: { intervalS: 60 },
  create(key, settings, machine) {
    const wanted = settings.values
      ? Object.entries(settings.values).map(([printed, value]) => ({
          printed: sameName(printed),
          sensor: sensorKeyWithin(key, printed) ?? key,
          kind: value.kind,
          name: value.name ?? sameName(printed),
        }))
      : [{ printed: null, sensor: key, kind: settings.kind, name: key }]
    const program = settings.command[0] ?? ''
    return {
      name: key,
      // The program has a time limit of its own, which names it.
      stepMs: settings.timeout_s * 1_000 + 5_000,
      sensors: wanted.map(({ sensor, kind, name }) => ({
        key: sensor,
        kind,
        unit: SENSOR_KINDS.get(kind)?.unit ?? '',
        name,
      })),
      async read(signal, hand) {
        const output = await machine.run(settings.command, { timeoutMs: settings.timeout_s * 1_000, signal })
        const numbers = parseNumbers(output)
        for (const { printed, sensor } of wanted) {
          const value = numbers.get(printed)
          if (value !== undefined) {
            hand({ sensor, value })
            continue
          }
          const what = printed === null ? 'one number' : `a number for ${printed}`
          hand({
            sensor,
            error: new LaresError('bad_value', `${program} did not print ${what}, but ${shown(output)}`, {
              hint: printed === null ? oneNumber(numbers) : named(printed, numbers),
            }),
          })
        }
      },
    }
  },
})

/** What a program printed, so that a person sees at once what is wrong with it. */
function shown(output: string): string {
  const text = cleanText(output)
  return text === '' ? 'nothing' : `"${cutText(text, 80)}"`
}

/** What a program without `values` is to print; one that prints several numbers is told how to name them. */
function oneNumber(numbers: ReadonlyMap<string | null, number>): string {
  const keys = keysOf(numbers)
  const several = keys.map((key) => `${JSON.stringify(key)} = { kind = "number" }`).join(', ')
  return keys.length === 0
    ? 'Run it by hand: it prints one number and nothing else.'
    : `It prints numbers under names. Say which you want: values = { ${several} }`
}

function named(printed: string, numbers: ReadonlyMap<string | null, number>): string {
  const nearest = nearestName(printed, keysOf(numbers))
  const meant = nearest === null ? '' : `Did you mean ${nearest}? `
  return `${meant}Run it by hand: it prints lines of \`key value\`, or a JSON object of numbers, under the names in values.`
}

function keysOf(numbers: ReadonlyMap<string | null, number>): string[] {
  return [...numbers.keys()].filter((key) => key !== null).slice(0, 8)
}
