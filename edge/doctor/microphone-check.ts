import { type ErrorCode, hintFor } from '../../shared/errors.ts'
import { howToJoinGroup } from '../../shared/join-group.ts'
import { measureMicrophone } from '../hearing/microphone-level.ts'
import type { Finding } from './findings.ts'
import { ok, problem, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'

const SECONDS = 2
/** Below this nothing arrives that any microphone in a room would deliver. */
const SILENT_DB = -90

export async function checkMicrophone({ config, clock, status, env }: DoctorOptions): Promise<Finding[]> {
  const { enabled, device } = config.microphone
  if (!enabled) return [skipped('microphone', 'not wanted: [microphone] enabled is false')]
  if (status !== null) {
    const audio = status.heartbeat?.audio
    if (audio?.state === 'ok' || audio?.state === 'muted')
      return [ok('microphone', `the running agent records from ${device} (${audio.state})`)]
    return [problem('microphone', audio?.reason ?? 'the running agent does not record', REMEDY)]
  }
  const level = await measureMicrophone({ device, seconds: SECONDS, clock, ...(env ? { env } : {}) })
  if (level.reason !== undefined) return [problem('microphone', level.reason, remedyOf(level.code))]
  const says = `${level.rmsDb.toFixed(0)} dB on average, ${level.peakDb.toFixed(0)} dB at most, in ${SECONDS} seconds`
  if (level.peakDb < SILENT_DB)
    return [
      problem(
        'microphone',
        `${device} delivers silence`,
        'Unmute it: look for a switch on it, and at alsamixer, capture (F4).',
      ),
    ]
  if (level.clipped) return [problem('microphone', `${says}: too loud`, 'Lower the gain in alsamixer, capture (F4).')]
  return [ok('microphone', says)]
}

const REMEDY = 'List the microphones with arecord -L, and name one as [microphone] device.'

/** What the list cannot help with is told as what it is. */
function remedyOf(code: ErrorCode | undefined): string {
  if (code === 'missing_program') return 'Install what it belongs to: sudo apt install alsa-utils.'
  if (code === 'no_permission') return howToJoinGroup('audio')
  return code === 'device_busy' ? hintFor(code) : REMEDY
}
