import type { Payload } from '../payload.ts'

/** Whether something is there, as Zigbee2MQTT says it: `{"state":"online"}`, or the word alone until version 2. */
export function isReach(payload: Payload): boolean | null {
  const state = payload.object?.state ?? payload.text.trim()
  if (state === 'online') return true
  return state === 'offline' ? false : null
}
