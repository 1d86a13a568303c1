import { type Signal, signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { VoiceAnswer } from '../../hub/answers.ts'
import { hearSentence } from '../../hub/hear-sentence.ts'
import { type Hub, useHub } from '../../hub/hub.ts'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { textAloud } from '../../hub/text-aloud.ts'
import { language as pageLanguage } from '../../words/words.ts'

/** What somebody said here and was answered. */
export interface Exchange {
  key: number
  said: string
  /** Which engine understood it; `null`: it was typed. */
  by: string | null
  answer: VoiceAnswer
  /** Where the answer is to be heard. */
  sound: string | null
}

/** As many as somebody looks back on. */
const MOST = 50

interface Kept {
  exchanges: Signal<Exchange[]>
  next: number
}

/** Of whoever is logged in, until the page is loaded anew: nobody who logs in after them sees it. */
const kept = new WeakMap<Hub, Kept>()

function keptOf(hub: Hub): Kept {
  const known = kept.get(hub) ?? { exchanges: signal<Exchange[]>([]), next: 1 }
  kept.set(hub, known)
  return known
}

/**
 * A conversation with the house at the page, as if at a device and in a language; empty: at none in particular, and as whoever speaks
 * there. What is spoken is answered aloud.
 */
export function useExchanges({ device, language }: { device: string; language: string }) {
  const hub = useHub()
  const { connection } = hub
  const all = keptOf(hub)
  const [state, setState] = useState<{ busy: boolean; error: HubError | null; heardNothing: boolean }>({
    ...{ busy: false, error: null, heardNothing: false },
  })
  const place = { ...(device === '' ? {} : { device }), ...(language === '' ? {} : { language }) }
  /** True: it went well. */
  const tried = async (run: () => Promise<boolean>): Promise<boolean> => {
    setState({ busy: true, error: null, heardNothing: false })
    try {
      const wasHeard = await run()
      setState({ busy: false, error: null, heardNothing: !wasHeard })
      return true
    } catch (thrown) {
      setState({ busy: false, error: asHubError(thrown), heardNothing: false })
      return false
    }
  }
  const say = async (said: string, by: string | null = null): Promise<number> => {
    const answer = await connection.ask<VoiceAnswer>('voice/ask', { text: said, ...place })
    const key = all.next
    all.next += 1
    const exchanges = [...all.exchanges.value, { key, said, by, answer, sound: null }]
    giveBack(exchanges.slice(0, -MOST))
    all.exchanges.value = exchanges.slice(-MOST)
    return key
  }
  const speak = async (key: number): Promise<void> => {
    const answer = all.exchanges.value.find((one) => one.key === key)?.answer
    if (answer === undefined) return
    const path = await textAloud(connection, { ...place, text: answer.text, language: answer.language })
    all.exchanges.value = all.exchanges.value.map((one) => (one.key === key ? { ...one, sound: path } : one))
  }
  return {
    ...state,
    exchanges: all.exchanges.value,
    say: (said: string) => tried(async () => (await say(said)) > 0),
    hear: (samples: Int16Array<ArrayBuffer>) =>
      tried(async () => {
        if (samples.length === 0) return false
        // Who is no speaker's guest speaks the language that is read here.
        const meant = device === '' && language === '' ? { language: pageLanguage.value } : place
        const { text, by } = await hearSentence(connection, meant, samples)
        if (text === '') return false
        await speak(await say(text, by))
        return true
      }),
    aloud: (key: number) =>
      void tried(async () => {
        await speak(key)
        return true
      }),
    clear() {
      giveBack(all.exchanges.value)
      all.exchanges.value = []
    },
  }
}

function giveBack(exchanges: readonly Exchange[]): void {
  for (const { sound } of exchanges) if (sound !== null) URL.revokeObjectURL(sound)
}
