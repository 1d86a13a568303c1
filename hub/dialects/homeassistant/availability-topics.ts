import { asObject, type Payload } from '../payload.ts'
import type { Availability } from '../said.ts'
import { AnnouncedConfig } from './announced-config.ts'
import { NotConnectable } from './not-connectable.ts'

const MODES: ReadonlySet<string> = new Set(['all', 'any', 'latest'])
/** Topics of one entity. Zigbee2MQTT names two or three. */
const TOPICS = 32

/** home-assistant.io, "MQTT", "Using availability topics": one topic, or a list. Throws `NotConnectable`. */
export function readAvailability(config: AnnouncedConfig): Availability {
  const list = config.value('availability')
  const mode = config.payload('availability_mode', 'latest')
  if (!MODES.has(mode)) throw new NotConnectable('"availability_mode" is to be all, any or latest')
  const given: unknown[] = Array.isArray(list) ? list : list === undefined || list === null ? [] : [list]
  if (given.length > TOPICS) throw new NotConnectable(`"availability" has more than ${TOPICS} topics`)
  const topics = given.map((one) => oneTopic(new AnnouncedConfig(asObject(one) ?? {}), 'topic', 'value_template'))
  if (config.topic('availability_topic') !== null)
    topics.push(oneTopic(config, 'availability_topic', 'availability_template'))
  return { mode: mode as Availability['mode'], topics }
}

function oneTopic(config: AnnouncedConfig, topicKey: string, templateKey: string): Availability['topics'][number] {
  const [up, down] = [config.payload('payload_available', 'online'), config.payload('payload_not_available', 'offline')]
  const read = config.reader(templateKey)
  return {
    topic: config.needTopic(topicKey),
    read: (payload: Payload) => {
      const rendered = read(payload)
      if ('ignored' in rendered) return null
      return rendered.text === up ? true : rendered.text === down ? false : null
    },
  }
}
