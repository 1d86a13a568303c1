import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, numberAttribute, type Orders, stateBy, wordAttribute } from './behaviour.ts'
import { oneOf } from './choosing.ts'
import { withinRange } from './ranges.ts'
import { onAndOff } from './switching.ts'

/** home-assistant.io, "MQTT Humidifier": on or off, the humidity that it is to reach, and how it goes about it. */
export function readHumidifier(config: AnnouncedConfig): Behaviour {
  const { states, tell } = onAndOff(config, 'command_template')
  const topic = config.needTopic('target_humidity_command_topic')
  const write = config.writer('target_humidity_command_template')
  const range = { min: config.number('min_humidity', 0), max: config.number('max_humidity', 100), step: 1 }
  const modeTopic = config.topic('mode_command_topic')
  const writeMode = config.writer('mode_command_template')
  const modes = config.list('modes') ?? []
  const orders: Orders = {
    on: () => [tell(true)],
    off: () => [tell(false)],
    humidity: ({ percent }) => [config.publication(topic, write(withinRange('humidity', percent, range)))],
  }
  if (modeTopic !== null && modes.length > 0)
    orders.mode = ({ mode }) => [config.publication(modeTopic, writeMode(oneOf('mode', mode, modes)))]
  const untold = (key: string) => (config.topic(key) === null ? ({ untold: true } as const) : {})
  return {
    listens: [
      ...listening(config.topic('state_topic'), config.reader('state_value_template'), stateBy(states)),
      ...listening(
        config.topic('target_humidity_state_topic'),
        config.reader('target_humidity_state_template'),
        numberAttribute('humidity'),
      ),
      ...listening(
        config.topic('current_humidity_topic'),
        config.reader('current_humidity_template'),
        numberAttribute('current_humidity'),
      ),
      ...listening(config.topic('mode_state_topic'), config.reader('mode_state_template'), wordAttribute('mode')),
      ...listening(config.topic('action_topic'), config.reader('action_template'), wordAttribute('action')),
    ],
    orders,
    ...(modes.length === 0 ? {} : { options: modes }),
    limits: { humidity: { range, ...untold('target_humidity_state_topic') }, mode: untold('mode_state_topic') },
  }
}
