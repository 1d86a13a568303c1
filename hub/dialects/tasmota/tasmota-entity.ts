import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import type { Payload } from '../payload.ts'
import type { Availability, Publication, SaidEntity } from '../said.ts'
import type { TasmotaConfig } from './tasmota-config.ts'

/** What all entities of a device have in common. */
export function entityBase(
  config: TasmotaConfig,
  { component, part }: { component: string; part: string },
): Omit<SaidEntity, 'name' | 'listens' | 'orders' | 'write'> {
  const { mac, name } = config
  return {
    part,
    uniqueId: `${component}/${mac}_${part}`,
    entityId: `${component}.${[slug(name, '_'), part].filter((one) => one !== '').join('_')}`,
    component,
    deviceClass: null,
    icon: null,
    category: null,
    enabled: true,
    measures: null,
    options: null,
    range: null,
    expiresAfterS: null,
    availability: availabilityOf(config),
  }
}

/** A command and what it is given: tasmota.github.io, "Commands". */
export function commandOf(config: TasmotaConfig, name: string, payload: string): Publication {
  return { topic: config.topic('cmnd', name), payload, qos: 1, retain: false }
}

/** A number in percent, as commands take it. Throws `bad_params`. */
export function percentWord(percent: number): string {
  if (percent >= 0 && percent <= 100) return String(Math.round(percent))
  throw outsideRange(percent, { min: 0, max: 100 })
}

export function outsideRange(number: number, { min, max }: { min: number; max: number }): LaresError {
  return new LaresError('bad_params', `${number} is out of range: ${min} to ${max}`, {
    hint: 'Choose a number in it.',
  })
}

export function refusedOrder(order: string, takes: readonly string[]): LaresError {
  return new LaresError('bad_params', `it does not take ${order}`, {
    hint: `It takes ${takes.length === 0 ? 'nothing' : takes.join(', ')}.`,
  })
}

function availabilityOf({ topic, reach }: TasmotaConfig): Availability {
  const read = ({ text }: Payload) => (text === reach.online ? true : text === reach.offline ? false : null)
  return { mode: 'latest', topics: [{ topic: topic('tele', 'LWT'), read }] }
}
