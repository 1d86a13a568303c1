import type { Publication, Said } from '../said.ts'
import { percentOfSpeed, speedOf, speedStep } from '../speeds.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, NOT_KNOWN, numberIn, stateBy, unexpected, wordAttribute } from './behaviour.ts'
import { oneOf } from './choosing.ts'
import { NotConnectable } from './not-connectable.ts'
import { PERCENT, withinRange } from './ranges.ts'
import { onAndOff } from './switching.ts'

/** home-assistant.io, "MQTT Fan". Its level is its speed in percent, of a few speeds the next one that is fast enough; 0 % is off. */
export function readFan(config: AnnouncedConfig): Behaviour {
  const { states, tell } = onAndOff(config, 'command_template')
  const range = { min: config.number('speed_range_min', 1), max: config.number('speed_range_max', 100) }
  if (range.min > range.max) throw new NotConnectable('"speed_range_min" is above "speed_range_max"')
  const speedTopic = config.topic('percentage_command_topic')
  const write = config.writer('percentage_command_template')
  const presetTopic = config.topic('preset_mode_command_topic')
  const writePreset = config.writer('preset_mode_command_template')
  const presets = config.list('preset_modes') ?? []
  const reset = config.payload('payload_reset_percentage', NOT_KNOWN)
  const level = (percent: number): Publication[] =>
    percent === 0 || speedTopic === null
      ? [tell(percent > 0)]
      : [config.publication(speedTopic, write(speedOf(withinRange('level', percent, PERCENT), range)))]
  return {
    listens: [
      ...listening(config.topic('state_topic'), config.reader('state_value_template'), stateBy(states)),
      ...listening(config.topic('percentage_state_topic'), config.reader('percentage_value_template'), (text) =>
        speedIn(text, range, reset),
      ),
      ...listening(
        config.topic('preset_mode_state_topic'),
        config.reader('preset_mode_value_template'),
        wordAttribute('preset_mode'),
      ),
    ],
    orders: {
      on: () => [tell(true)],
      off: () => [tell(false)],
      ...(speedTopic === null ? {} : { level: ({ percent }) => level(percent) }),
      ...(presetTopic === null || presets.length === 0
        ? {}
        : { mode: ({ mode }) => [config.publication(presetTopic, writePreset(oneOf('mode', mode, presets)))] }),
    },
    ...(presets.length === 0 ? {} : { options: presets }),
    ...(speedTopic === null ? {} : { limits: { level: { range: { ...PERCENT, step: speedStep(range) } } } }),
  }
}

function speedIn(text: string, range: { min: number; max: number }, reset: string): Said {
  if (text === reset) return { attributes: { percentage: null } }
  const speed = numberIn(text)
  return speed === null ? unexpected(text) : { attributes: { percentage: percentOfSpeed(speed, range) } }
}
