import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import { explainSettings } from '../../shared/explain-settings.ts'
import { sensorKeyOf } from '../../shared/ids.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { readSpan } from '../../shared/read-span.ts'
import { durationWords } from '../../shared/time-words.ts'
import { outputExamples } from './output-examples.ts'
import type { OutputSettings } from './output-settings.ts'
import { OUTPUT_TYPES } from './output-settings.ts'
import { HEADER_PWM_PINS, hasHeaderPwm } from './pwm-chip.ts'

/** One output as its table has it. Levels are in the unit of its kind: 0 or 1, or percent. */
export interface OutputPlan {
  key: string
  /** What its table is called in the file. */
  table: string
  name: string
  /** The kind of its state, in shared/sensors. */
  kind: 'switch' | 'dimmer'
  safe: number
  /** The level that is called on. */
  full: number
  /** Longest time that it is on; `null`: no end. */
  maxOnMs: number | null
  /** So long without the hub, and it takes its safe state; `null`: never for that. */
  hubLossMs: number | null
  settings: OutputSettings
}

/** The table as it stands in the file: `[outputs.pump]`. */
export function outputLabel(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : `"${cutText(cleanText(name), 60)}"`
}

/** Reads one table `[outputs.<name>]`. Throws `bad_config` that names the table and the field. Opens nothing. */
export function planOutput(name: string, table: Readonly<Record<string, unknown>>): OutputPlan {
  const label = outputLabel(name)
  const key = sensorKeyOf(name)
  const fail = (what: string, hint?: string) =>
    new LaresError('bad_config', `[outputs.${label}] ${what}`, hint === undefined ? {} : { hint })
  if (key === null) throw fail('has a name with nothing that can be seen')
  const types = [...OUTPUT_TYPES.keys()]
  const schema = OUTPUT_TYPES.get(String(table.type))
  if (schema === undefined) {
    if (table.type === undefined) throw fail('type: is missing', 'For example:\n    type = "relay"')
    const nearest = nearestName(String(table.type), types)
    const meant = nearest === null ? '' : `Did you mean ${nearest}? `
    throw fail(`type: ${table.type} is none that there is`, `${meant}Choose one of ${types.join(', ')}.`)
  }
  const parsed = schema.safeParse(table)
  if (!parsed.success)
    throw explainSettings(parsed.error, '', { schema: plain(schema), examples: outputExamples(label, table.type) }, [
      'outputs',
      label,
    ])
  const { data } = parsed
  if (data.type === 'dimmer' && data.chip === undefined && !hasHeaderPwm(data.pin))
    throw fail(
      `pin: GPIO${data.pin} has no PWM of its own`,
      `On a Raspberry Pi GPIO${HEADER_PWM_PINS.join(', GPIO')} have one. On another board name chip and channel.`,
    )
  return { key, table: name, ...levelsOf(data), ...spansOf(data), name: nameOf(name, key, data), settings: data }
}

/** What `lares edge config` says of it: `relay at GPIO17, safe off, on for 2 h at most`. */
export function planWords({ settings, safe, kind, maxOnMs, hubLossMs }: OutputPlan): string {
  const state = kind === 'switch' ? (safe === 1 ? 'on' : 'off') : `${safe} %`
  const low = settings.active_low ? ', active low' : ''
  const most = maxOnMs === null ? '' : `, on for ${durationWords(maxOnMs)} at most`
  const loss =
    hubLossMs === null ? ', stays as it is without the hub' : `, safe after ${durationWords(hubLossMs)} without the hub`
  return `${settings.type} at GPIO${settings.pin}${low}, safe ${state}${most}${loss}`
}

function levelsOf(settings: OutputSettings): Pick<OutputPlan, 'kind' | 'safe' | 'full'> {
  if (settings.type === 'dimmer') return { kind: 'dimmer', safe: settings.safe, full: 100 }
  return { kind: 'switch', safe: settings.safe === 'on' ? 1 : 0, full: 1 }
}

function spansOf({ max_on, hub_loss }: OutputSettings): Pick<OutputPlan, 'maxOnMs' | 'hubLossMs'> {
  return { maxOnMs: max_on === undefined ? null : readSpan(max_on), hubLossMs: readSpan(hub_loss) }
}

/** What people read is what a person wrote, however the key is made of it. */
function nameOf(table: string, key: string, { name }: OutputSettings): string {
  if (name !== undefined) return name
  return key === table ? key.replaceAll('_', ' ') : cutText(cleanText(table.normalize('NFC')), 60)
}

/** The object of a schema, which alone can say its keys. */
function plain(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? z.strictObject(schema.shape) : schema
}
