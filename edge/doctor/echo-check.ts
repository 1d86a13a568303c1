import { measureMicrophone } from '../hearing/microphone-level.ts'
import { playTestSound } from '../speaking/test-sound.ts'
import type { Finding } from './findings.ts'
import { ok, problem, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'

const SECONDS = 1.5
/** Above the room by less than this, a device does not take its own answer for a voice. */
const ECHO_DB = 6
const CANCEL =
  'Load echo cancellation into PulseAudio or PipeWire (pactl load-module module-echo-cancel aec_method=webrtc), name its source and sink as devices of [microphone] and [speaker], and run this again.'

/** How much of what the device says its own microphone hears, and so what may interrupt an answer. It is heard in the room. */
export async function checkEcho({ config, clock, status, env }: DoctorOptions): Promise<Finding[]> {
  const { microphone, speaker } = config
  if (!microphone.enabled || !speaker.enabled) return []
  if (status !== null) return [skipped('echo', 'the agent uses microphone and speaker: stop it to have this measured')]
  const measure = () =>
    measureMicrophone({ device: microphone.device, seconds: SECONDS, clock, ...(env ? { env } : {}) })
  const quiet = await measure()
  const sound = playTestSound({ device: speaker.device, clock, ...(env ? { env } : {}) })
  const loud = await measure()
  const fault = sound.fault()
  await sound.stop()
  const reason = quiet.reason ?? loud.reason
  // The microphone has a finding of its own.
  if (reason !== undefined) return [skipped('echo', 'the microphone delivers nothing to measure it with')]
  if (fault !== null)
    return [
      problem(
        'echo',
        `nothing could be played on ${speaker.device}: ${fault}`,
        'List the speakers with aplay -L, and name one as [speaker] device.',
      ),
    ]
  const echo = Math.round(loud.rmsDb - quiet.rmsDb)
  if (echo < ECHO_DB)
    return [
      ok(
        'echo',
        microphone.echo_cancelled
          ? 'if you heard the tones, the microphone does not hear the speaker: a voice may interrupt an answer'
          : 'if you heard the tones, the microphone does not hear the speaker: with [microphone] echo_cancelled = true a voice may interrupt an answer',
      ),
    ]
  const says = `the microphone hears the speaker ${echo} dB above the room`
  if (!microphone.echo_cancelled) return [ok('echo', `${says}: the button interrupts an answer, a voice does not`)]
  return [problem('echo', `${says}: with echo_cancelled = true its own answers would interrupt it`, CANCEL)]
}
