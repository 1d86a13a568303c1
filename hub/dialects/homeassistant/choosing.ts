import { LaresError } from '../../../shared/errors.ts'
import type { Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, NOT_KNOWN, numberIn, unexpected } from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'
import { withinRange } from './ranges.ts'

/** home-assistant.io, "MQTT Number". */
export function readNumberEntity(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  const range = { min: config.number('min', 1), max: config.number('max', 100), step: config.number('step', 1) }
  if (range.min >= range.max) throw new NotConnectable('"min" is not below "max"')
  const write = config.writer('command_template')
  const reset = config.payload('payload_reset', NOT_KNOWN)
  const say = (text: string): Said => {
    if (text === reset) return { state: null }
    const number = numberIn(text)
    return number === null ? unexpected(text) : { state: number }
  }
  return {
    listens: listening(config.topic('state_topic'), config.reader('value_template'), say),
    orders: { value: ({ value }) => [config.publication(topic, write(withinRange('value', value, range)))] },
    measures: { unit: config.words('unit_of_measurement', 20) ?? '' },
    range,
  }
}

/** home-assistant.io, "MQTT Select". */
export function readSelect(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  const options = config.list('options')
  if (options === null) throw new NotConnectable('"options" is missing')
  const write = config.writer('command_template')
  const say = (text: string): Said => {
    if (options.includes(text)) return { state: text }
    return text === NOT_KNOWN ? { state: null } : unexpected(text)
  }
  return {
    listens: listening(config.topic('state_topic'), config.reader('value_template'), say),
    orders: { option: ({ option }) => [config.publication(topic, write(oneOf('option', option, options)))] },
    options,
  }
}

/** home-assistant.io, "MQTT Text". Its pattern is not looked at: the device does. */
export function readText(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  const [min, max] = [config.number('min', 0), config.number('max', 255)]
  const write = config.writer('command_template')
  return {
    listens: listening(config.topic('state_topic'), config.reader('value_template'), (text) => ({
      state: text === NOT_KNOWN ? null : text,
    })),
    orders: {
      text: ({ text }) => {
        const { length } = Array.from(text)
        if (length < min || length > max)
          throw new LaresError('bad_params', `text: ${length} characters, ${min} to ${max} are wanted`, {
            hint: 'Write a text of that length.',
          })
        return [config.publication(topic, write(text))]
      },
    },
  }
}

/** One of these. Throws `bad_params` with those that there are. */
export function oneOf(param: string, value: string, options: readonly string[]): string {
  if (options.includes(value)) return value
  throw new LaresError('bad_params', `${param}: there is no "${value}"`, { hint: `There are: ${options.join(', ')}.` })
}
