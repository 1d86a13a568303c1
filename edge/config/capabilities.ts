import { buttonsIn } from './buttons.ts'
import type { EdgeConfig } from './schema.ts'

/** As many as a birth may name, and how long each may be. */
const MOST = { capabilities: 32, characters: 40 }

/** What a device says that it can do, in its birth. */
export function capabilitiesOf({ microphone, speaker, gpio, outputs }: EdgeConfig): string[] {
  const has: readonly (readonly [capability: string, present: boolean])[] = [
    ['sensors', true],
    ['audio_input', microphone.enabled],
    ['audio_output', speaker.enabled],
    ['buttons', buttonsIn(gpio).length > 0],
    ['status_light', gpio.status_led !== undefined],
    ['outputs', Object.keys(outputs).length > 0],
  ]
  const buttons = buttonsIn(gpio)
    .map(([name]) => `button:${name}`)
    .filter((capability) => capability.length <= MOST.characters)
  return [...has.flatMap(([capability, present]) => (present ? [capability] : [])), ...buttons].slice(
    0,
    MOST.capabilities,
  )
}
