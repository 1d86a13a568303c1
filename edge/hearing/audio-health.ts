import { cutText } from '../../shared/cut-text.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Recorder } from './recorder.ts'

/**
 * The heartbeat's line about sound. `recorder` is `null` when no microphone is configured. A muted device with a
 * fault shows the fault: the switch would not bring its ears back.
 */
export function audioHealth(
  device: string | null,
  recorder: Pick<Recorder, 'state' | 'counters'> | null,
  muted: boolean,
): Heartbeat['audio'] {
  if (!recorder) return { device, state: 'none', overruns: 0, bytes_per_s: null, reason: null }
  const { state, reason } = recorder.state
  const { overruns, bytesPerSecond } = recorder.counters()
  return {
    device,
    state: muted && state === 'ok' ? 'muted' : state,
    overruns,
    bytes_per_s: bytesPerSecond,
    reason: reason === null ? null : cutText(reason, 200),
  }
}
