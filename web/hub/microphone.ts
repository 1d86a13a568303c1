import { pageClock } from './page-clock.ts'

/** What the hub hears. */
const RATE = 16_000
/** The hub takes no longer sentence. */
const LONGEST_MS = 29_000
const LONGEST_SAMPLES = 30 * RATE

/** A sentence that is being spoken into the microphone of the browser. */
export interface SpokenSentence {
  /** Its sound, once `stop` was called or it is as long as it may be; `null`: it was given up. */
  sound: Promise<Int16Array<ArrayBuffer> | null>
  stop(): void
  giveUp(): void
}

/** Whether this browser has a microphone to give: it does over HTTPS alone. */
export function hasMicrophone(): boolean {
  return navigator.mediaDevices?.getUserMedia !== undefined && typeof MediaRecorder !== 'undefined'
}

/**
 * Listens at the microphone. The browser asks whoever sits there, records, and makes 16 kHz of it: what it brings along is better than
 * what could be sent to it. Rejects with what `getUserMedia` says.
 */
export async function listenAtMicrophone(): Promise<SpokenSentence> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
  })
  const recorder = new MediaRecorder(stream)
  const pieces: Blob[] = []
  let isGivenUp = false
  const sound = new Promise<Int16Array<ArrayBuffer> | null>((resolve, reject) => {
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data))
    recorder.addEventListener('error', () => reject(new Error('the recording failed')))
    recorder.addEventListener('stop', () => {
      // The light of the microphone goes out at once.
      for (const track of stream.getTracks()) track.stop()
      if (isGivenUp) resolve(null)
      else samplesOf(new Blob(pieces, { type: recorder.mimeType })).then(resolve, reject)
    })
  })
  recorder.start()
  const stop = () => {
    cancel()
    if (recorder.state !== 'inactive') recorder.stop()
  }
  const cancel = pageClock.after(LONGEST_MS, stop)
  // A microphone that is pulled out ends what was said with it.
  for (const track of stream.getTracks()) track.addEventListener('ended', stop)
  return {
    sound,
    stop,
    giveUp() {
      isGivenUp = true
      stop()
    },
  }
}

/** Empty where it is too short to be anything. */
async function samplesOf(recorded: Blob): Promise<Int16Array<ArrayBuffer>> {
  const bytes = await recorded.arrayBuffer()
  const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes).catch(() => null)
  if (decoded === null) return new Int16Array(0)
  return mixed(Array.from({ length: decoded.numberOfChannels }, (_, channel) => decoded.getChannelData(channel)))
}

/** Channels as one, 16 bits a sample, as long as the hub takes it. */
export function mixed(channels: readonly Float32Array[]): Int16Array<ArrayBuffer> {
  const length = Math.min(channels[0]?.length ?? 0, LONGEST_SAMPLES)
  const samples = new Int16Array(length)
  for (let at = 0; at < length; at += 1) {
    const sum = channels.reduce((all, channel) => all + (channel[at] ?? 0), 0)
    samples[at] = Math.max(-32_768, Math.min(32_767, Math.round((sum / channels.length) * 32_767)))
  }
  return samples
}
