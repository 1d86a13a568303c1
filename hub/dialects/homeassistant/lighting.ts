import type { AnnouncedConfig } from './announced-config.ts'
import type { Behaviour } from './behaviour.ts'
import { basicLight } from './light-basic.ts'
import { jsonLight } from './light-json.ts'
import { templateLight } from './light-template.ts'
import { NotConnectable } from './not-connectable.ts'

/** A light of any schema: home-assistant.io, "MQTT Light". Its level is percent; whites are kelvin, colours hue and saturation. */
export function readLight(config: AnnouncedConfig): Behaviour {
  const schema = config.payload('schema', 'basic')
  if (schema === 'basic' || schema === 'default') return basicLight(config)
  if (schema === 'json') return jsonLight(config)
  if (schema === 'template') return templateLight(config)
  throw new NotConnectable(`a light of the schema "${schema}" is not known`)
}
