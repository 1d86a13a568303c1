import { readJsonObject } from '../payload.ts'
import type { Publication, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, NOT_KNOWN, stateBy } from './behaviour.ts'

/** home-assistant.io, "MQTT Switch". */
export function readSwitch(config: AnnouncedConfig): Behaviour {
  const { states, tell } = onAndOff(config, 'command_template')
  return {
    listens: listening(config.topic('state_topic'), config.reader('value_template'), stateBy(states)),
    orders: { on: () => [tell(true)], off: () => [tell(false)] },
  }
}

/** home-assistant.io, "MQTT Siren": told in JSON unless there is a template. Tone, volume and duration are its own. */
export function readSiren(config: AnnouncedConfig): Behaviour {
  const { states, topic, payloads } = onAndOff(config, 'command_template')
  const tell = (isOn: boolean, template: string): (() => Publication[]) => {
    const state = payloads(isOn)
    if (!config.has(template)) return () => [config.publication(topic, JSON.stringify({ state }))]
    const write = config.writer(template)
    return () => [config.publication(topic, write(state, { state }))]
  }
  const offTemplate = config.has('command_off_template') ? 'command_off_template' : 'command_template'
  const say = stateBy(states)
  return {
    listens: listening(config.topic('state_topic'), config.reader('state_value_template'), (text): Said => {
      if (states.has(text)) return say(text)
      const { state, ...attributes } = readJsonObject(text) ?? { state: text }
      return { ...say(typeof state === 'string' ? state : ''), attributes }
    }),
    orders: { on: tell(true, 'command_template'), off: tell(false, offTemplate) },
  }
}

/** home-assistant.io, "MQTT Button"; a scene is told in the same way. */
export function readButton(config: AnnouncedConfig): Behaviour {
  return pressing(config, config.payload('payload_press', 'PRESS'))
}

/** home-assistant.io, "MQTT Scene". */
export function readScene(config: AnnouncedConfig): Behaviour {
  return pressing(config, config.payload('payload_on', 'ON'))
}

/** home-assistant.io, "MQTT Lock": `locked`, `locking`, `unlocked`, `unlocking`, `jammed`. One that wants a code is only read. */
export function readLock(config: AnnouncedConfig): Behaviour {
  const topic = config.needTopic('command_topic')
  const write = config.writer('command_template')
  const tell = (payload: string) => [config.publication(topic, write(payload))]
  const states = new Map<string, string | null>([
    [config.payload('payload_reset', NOT_KNOWN), null],
    [config.payload('state_jammed', 'JAMMED'), 'jammed'],
    [config.payload('state_unlocking', 'UNLOCKING'), 'unlocking'],
    [config.payload('state_locking', 'LOCKING'), 'locking'],
    [config.payload('state_unlocked', 'UNLOCKED'), 'unlocked'],
    [config.payload('state_locked', 'LOCKED'), 'locked'],
  ])
  const [lock, unlock] = [config.payload('payload_lock', 'LOCK'), config.payload('payload_unlock', 'UNLOCK')]
  const open = config.has('payload_open') ? config.payload('payload_open', '') : null
  return {
    listens: listening(config.topic('state_topic'), config.reader('value_template'), stateBy(states)),
    orders: config.has('code_format')
      ? {}
      : { lock: () => tell(lock), unlock: () => tell(unlock), ...(open === null ? {} : { open: () => tell(open) }) },
  }
}

/** What is on or off: how its states are read, and how it is told. */
export function onAndOff(config: AnnouncedConfig, template: string) {
  const topic = config.needTopic('command_topic')
  const [on, off] = [config.payload('payload_on', 'ON'), config.payload('payload_off', 'OFF')]
  const states = new Map<string, boolean | null>([
    [NOT_KNOWN, null],
    [config.payload('state_off', off), false],
    [config.payload('state_on', on), true],
  ])
  const write = config.writer(template)
  const payloads = (isOn: boolean) => (isOn ? on : off)
  return { topic, states, payloads, tell: (isOn: boolean) => config.publication(topic, write(payloads(isOn))) }
}

function pressing(config: AnnouncedConfig, payload: string): Behaviour {
  const topic = config.needTopic('command_topic')
  const write = config.writer('command_template')
  return { listens: [], orders: { press: () => [config.publication(topic, write(payload))] } }
}
