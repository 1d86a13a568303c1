import { useEffect, useRef, useState } from 'preact/hooks'
import { hasMicrophone, listenAtMicrophone, type SpokenSentence } from '../hub/microphone.ts'
import { words } from '../words/words.ts'

interface SpeakButtonParts {
  /** What is said before is not answered yet. */
  busy: boolean
  onSpoken: (samples: Int16Array<ArrayBuffer>) => void
}

/** Listens from one press to the next, or for half a minute. Nothing is heard that nobody pressed for. */
export function SpeakButton({ busy, onSpoken }: SpeakButtonParts) {
  const says = words.value.microphone
  const sentence = useRef<SpokenSentence | null>(null)
  const isGone = useRef(false)
  const [state, setState] = useState<'quiet' | 'asking' | 'listening'>('quiet')
  const [wrong, setWrong] = useState<string | null>(null)
  useEffect(
    () => () => {
      isGone.current = true
      sentence.current?.giveUp()
    },
    [],
  )
  const listen = async () => {
    setWrong(null)
    setState('asking')
    try {
      const spoken = await listenAtMicrophone()
      sentence.current = spoken
      if (isGone.current) {
        spoken.giveUp()
        return
      }
      setState('listening')
      const samples = await spoken.sound
      if (samples !== null && !isGone.current) onSpoken(samples)
    } catch (thrown) {
      setWrong(whyNot(thrown, says))
    }
    sentence.current = null
    setState('quiet')
  }
  if (!hasMicrophone()) return <p class="small">{says.none}</p>
  const isListening = state === 'listening'
  return (
    <>
      <button
        type="button"
        aria-pressed={isListening}
        disabled={(busy && !isListening) || state === 'asking'}
        onClick={() => (isListening ? sentence.current?.stop() : void listen())}
      >
        {isListening ? says.stop : says.speak}
      </button>
      <span role="status" class="small">
        {isListening && says.listening}
        {wrong}
      </span>
    </>
  )
}

function whyNot(thrown: unknown, says: { refused: string; missing: string; failed: string }): string {
  const name = thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return says.refused
  if (name === 'NotFoundError') return says.missing
  return says.failed
}
