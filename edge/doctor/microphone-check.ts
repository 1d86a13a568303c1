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
  if (level.reason !== undefined) return [problem('microphone', level.reason, REMEDY)]
  const says = `${level.rmsDb.toFixed(0)} dB on average, ${level.peakDb.toFixed(0)} dB at most, in ${SECONDS} seconds`
  if (level.peakDb < SILENT_DB)
    return [
      problem('microphone', `${device} delivers silence`, 'Look for a mute switch, and at alsamixer, capture (F4).'),
    ]
  if (level.clipped) return [problem('microphone', `${says}: too loud`, 'Lower the gain in alsamixer, capture (F4).')]
  return [ok('microphone', says)]
}

const REMEDY = 'List the microphones with arecord -L, and name one as [microphone] device.'
