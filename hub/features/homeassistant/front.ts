import './birth-input.ts'
import { asError } from '../../../shared/errors.ts'
import type { Front, FrontPart } from '../../contract/front-part.ts'
import { DISCOVERY_PREFIX } from '../../engine/discovery-topic.ts'

/** home-assistant.io, "MQTT", "Birth and last will messages". */
const BIRTH = { topic: `${DISCOVERY_PREFIX}/status`, payload: 'online' }

/** Home Assistant beside the broker. */
export function openHomeAssistantFront(front: Front): FrontPart {
  return {
    name: 'homeassistant',
    hears({ topic, payload }) {
      if (topic !== BIRTH.topic || payload.toString() !== BIRTH.payload) return
      front
        .input({ kind: 'homeassistant_birth' })
        .catch((error: unknown) =>
          front.log.warn({ error: asError(error).message }, 'Home Assistant came, and is told nothing again'),
        )
    },
  }
}
