import type { Clock } from '../../shared/clock.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { levelOf } from '../../shared/sound-level.ts'
import { openRecording } from './recorder-run.ts'

export interface MicrophoneLevel {
  /** Root mean square of everything recorded, decibels relative to full scale. -120 is digital silence. */
  rmsDb: number
  peakDb: number
  clipped: boolean
  bytes: number
  /** Why there is less than was asked for, or nothing; absent when all is well. */
  reason?: string
  /** What kind of fault that is, where the program said so. */
  code?: ErrorCode
}

/** The program has to open the device first. */
const OPENING_MS = 5_000

/**
 * Records for `seconds` and says how loud it was. Never throws: a microphone that fails has a `reason`.
 * The device must be free, so an agent that uses it must be stopped before.
 */
export function measureMicrophone(options: {
  device: string
  seconds: number
  clock: Clock
  env?: NodeJS.ProcessEnv
}): Promise<MicrophoneLevel> {
  const { device, seconds, clock, env } = options
  const wanted = Math.round(seconds * 16_000) * 2
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = (reason: string | null, code?: ErrorCode) => {
      cancel()
      const level = levelOf(Buffer.concat(chunks).subarray(0, wanted))
      const result = {
        ...level,
        bytes: Math.min(bytes, wanted),
        ...(reason === null ? {} : { reason }),
        ...(code ? { code } : {}),
      }
      void recording.stop().then(() => resolve(result))
    }
    const cancel = clock.after(OPENING_MS + seconds * 1_000, () =>
      finish(
        bytes === 0 ? `the microphone ${device} delivers nothing` : `the microphone ${device} delivers too slowly`,
      ),
    )
    const recording = openRecording({
      device,
      clock,
      ...(env ? { env } : {}),
      onBytes(chunk) {
        if (bytes >= wanted) return
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= wanted) finish(null)
      },
      onLost: (fault) => finish(fault.reason, fault.code),
    })
  })
}
