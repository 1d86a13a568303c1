import type { Colour } from '../../../shared/colour.ts'
import type { OrderLimits } from '../../../shared/entity-order.ts'
import { colourIn, hueOf } from '../light-attributes.ts'
import type { Payload } from '../payload.ts'
import type { Listening, Said } from '../said.ts'
import type { TemplateValue } from '../templates/template-value.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import {
  type Behaviour,
  listening,
  NOT_KNOWN,
  numberIn,
  type Orders,
  stateBy,
  unexpected,
  wordAttribute,
} from './behaviour.ts'
import { oneOf } from './choosing.ts'
import { BRIGHTEST, brightnessOf, brightnessSaid } from './light-brightness.ts'
import { colourParts, readWhites } from './light-look.ts'
import { NotConnectable } from './not-connectable.ts'
import { withinRange } from './ranges.ts'

const STATES = new Map([
  ['on', true],
  ['off', false],
  [NOT_KNOWN, null],
])
const COLOURS = ['red', 'green', 'blue'] as const

/** Templates for what is read and for what is told. A light has what there is a template to read of. */
export function templateLight(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  for (const key of ['command_on_template', 'command_off_template'])
    if (!config.has(key)) throw new NotConnectable(`"${key}" is missing`)
  const [on, off] = [config.writer('command_on_template'), config.writer('command_off_template')]
  const tell = (payload: string) => [config.publication(topic, payload)]
  const turnOff = () => tell(off(undefined, { state: 'off' }))
  const dims = config.has('brightness_template')
  const turnOn = (look: Readonly<Record<string, TemplateValue>>, percent?: number) => {
    const bright = dims && percent !== undefined ? { brightness: brightnessOf(percent, BRIGHTEST) } : {}
    return tell(on(undefined, { state: 'on', ...bright, ...look }))
  }
  const { orders, limits } = looks(config, turnOn)
  return {
    listens: listens(config, config.topic('state_topic')),
    orders: {
      on: () => turnOn({}),
      off: turnOff,
      ...(dims ? { level: ({ percent }) => (percent === 0 ? turnOff() : turnOn({}, percent)) } : {}),
      ...orders,
    },
    limits,
  }
}

function looks(
  config: AnnouncedConfig,
  turnOn: (look: Readonly<Record<string, TemplateValue>>, percent?: number) => ReturnType<NonNullable<Orders['on']>>,
): { orders: Orders; limits: OrderLimits } {
  const orders: Orders = {}
  const limits: OrderLimits = {}
  if (COLOURS.every((part) => config.has(`${part}_template`)))
    orders.color = ({ percent, ...colour }) => turnOn(templateColour(colour), percent)
  if (config.has('color_temp_template')) {
    const { range, told } = readWhites(config)
    orders.color_temperature = ({ kelvin, percent }) =>
      turnOn({ color_temp: told(withinRange('kelvin', kelvin, range)) }, percent)
    limits.color_temperature = { range }
  }
  const effects = config.list('effect_list') ?? []
  if (config.has('effect_template') && effects.length > 0) {
    orders.effect = ({ effect, percent }) => turnOn({ effect: oneOf('effect', effect, effects) }, percent)
    limits.effect = { options: effects }
  }
  return { orders, limits }
}

function templateColour(colour: Colour): Readonly<Record<string, number>> {
  const { r: red = 0, g: green = 0, b: blue = 0 } = colourParts('rgb', colour)
  return { red, green, blue, hue: colour.hue, sat: colour.saturation }
}

function listens(config: AnnouncedConfig, topic: string | null): Listening[] {
  const read = (key: string, say: (text: string) => Said) =>
    config.has(key) ? listening(topic, config.reader(key), say) : []
  return [
    ...read('state_template', stateBy(STATES)),
    ...read('brightness_template', (text) => brightnessSaid(text, BRIGHTEST)),
    ...read('color_temp_template', (text) => {
      const number = numberIn(text)
      return number === null ? unexpected(text) : { attributes: { ...readWhites(config).said(number) } }
    }),
    ...(COLOURS.every((part) => config.has(`${part}_template`)) ? colourListening(config, topic) : []),
    ...read('effect_template', wordAttribute('effect')),
  ]
}

/** Three templates for one colour. */
function colourListening(config: AnnouncedConfig, topic: string | null): Listening[] {
  if (topic === null) return []
  const readers = COLOURS.map((part) => config.reader(`${part}_template`))
  const read = (payload: Payload): Said => {
    const [r, g, b] = readers.map((reader) => {
      const rendered = reader(payload)
      return 'text' in rendered ? numberIn(rendered.text) : null
    })
    return { attributes: { ...hueOf(colourIn({ r, g, b })) } }
  }
  return [{ topic, read }]
}
