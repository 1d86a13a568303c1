import { colourWords } from '../../../shared/colour-words.ts'

type Attributes = Readonly<Record<string, unknown>>

/** Attributes in Home Assistant's words whose number is a percentage, and what stands before it. */
const PERCENT = [
  ['percentage', ''],
  ['current_position', ''],
  ['current_tilt_position', 'tilt '],
  ['current_humidity', 'humidity '],
  ['humidity', 'to humidity '],
] as const
const DEGREES = [
  ['temperature', 'to '],
  ['current_temperature', 'now '],
] as const
const WORDS = [
  ['effect', ''],
  ['preset_mode', ''],
  ['mode', ''],
  ['fan_mode', 'fan '],
  ['swing_mode', 'swing '],
  ['hvac_action', ''],
] as const
/** Words that say that there is nothing. */
const NOTHING: ReadonlySet<unknown> = new Set(['', 'none', 'None'])

/** What belongs to a state, in words: `40 %, red`; `null`: nothing that people look for. `json`: its attributes. */
export function detailWords(state: string | null, json: string | null): string | null {
  if (state === null || json === null) return null
  const attributes = JSON.parse(json) as Attributes
  const words = [
    ...(state === 'on' ? lightWords(attributes) : []),
    ...PERCENT.flatMap(([name, before]) => numberWords(attributes[name], before, ' %')),
    ...DEGREES.flatMap(([name, before]) => numberWords(attributes[name], before, '°')),
    ...WORDS.flatMap(([name, before]) => {
      const word = attributes[name]
      return typeof word !== 'string' || NOTHING.has(word) ? [] : [`${before}${word}`]
    }),
  ]
  return words.length === 0 ? null : words.join(', ')
}

/** How bright a lamp is, and its colour or its white, whichever counts. */
function lightWords({ brightness, hs_color: hs, color_temp_kelvin: kelvin, color_mode: mode }: Attributes): string[] {
  const [hue, saturation]: unknown[] = Array.isArray(hs) ? hs : []
  const hasColour = typeof hue === 'number' && typeof saturation === 'number'
  const isWhite = mode === 'color_temp' || !hasColour
  return [
    ...(typeof brightness === 'number' ? [`${Math.round((brightness / 255) * 100)} %`] : []),
    ...(isWhite ? numberWords(kelvin, '', ' K') : [colourWords({ hue, saturation })]),
  ]
}

function numberWords(value: unknown, before: string, behind: string): string[] {
  return typeof value === 'number' ? [`${before}${value}${behind}`] : []
}
