import type { Clock } from '../../shared/clock.ts'
import type { SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import type { RankedEngine } from '../../speech/ranked/ranking.ts'
import { commandVoice } from '../../speech/voices/command-voice.ts'
import { WyomingEars } from '../../speech/wyoming/wyoming-ears.ts'
import { WyomingVoice } from '../../speech/wyoming/wyoming-voice.ts'
import type { AnswerEngine } from '../models/answer-engine.ts'
import { ChatCompletions } from '../models/chat-completions.ts'
import type { ModelServer } from '../models/model-server.ts'
import { OllamaChat } from '../models/ollama-chat.ts'
import { SpeechVoice } from '../models/speech-voice.ts'
import { TranscriptionEars } from '../models/transcription-ears.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'

interface AtWyoming {
  kind: 'wyoming'
  does: 'hear' | 'speak'
  /** `host:port`. */
  address: string
  model?: string | undefined
  voice?: string | undefined
  languages?: readonly string[] | undefined
}

interface OverHttp {
  url: string
  model: string
  secret?: string | undefined
  secret_file?: string | undefined
  ca?: string | undefined
}

interface AtOpenai extends OverHttp {
  kind: 'openai'
  does: 'answer' | 'hear' | 'speak'
  voice?: string | undefined
  languages?: readonly string[] | undefined
}

interface AtOllama extends OverHttp {
  kind: 'ollama'
  does: 'answer'
}

interface ByCommand {
  kind: 'command'
  does: 'speak'
  command: readonly string[]
  languages?: readonly string[] | undefined
}

/** An engine elsewhere, or a program of somebody's own, as the settings name it. */
export type EngineElsewhere = AtWyoming | ByCommand | AtOpenai | AtOllama

export interface ElsewhereParts {
  clock: Clock
  engines: Readonly<Record<string, EngineElsewhere>>
  secrets: SecretReader
}

export function earsElsewhere({ engines, clock, secrets }: ElsewhereParts): RankedEngine<SpeechToText>[] {
  return Object.entries(engines).flatMap(([key, one]) => {
    if (one.does !== 'hear') return []
    const { model = null, languages = null } = one
    const engine =
      one.kind === 'wyoming'
        ? new WyomingEars({ name: key, ...placeOf(one), clock, model, languages })
        : new TranscriptionEars(serverOf(one, secrets), { clock, languages })
    return [{ key, engine }]
  })
}

export function voicesElsewhere({ engines, clock, secrets }: ElsewhereParts): RankedEngine<TextToSpeech>[] {
  return Object.entries(engines).flatMap(([key, one]): RankedEngine<TextToSpeech>[] => {
    if (one.does !== 'speak') return []
    if (one.kind === 'command') {
      const { command, languages = null } = one
      return [{ key, engine: commandVoice({ key, command, languages }) }]
    }
    const { voice = null, languages = null } = one
    const engine =
      one.kind === 'wyoming'
        ? new WyomingVoice({ name: key, ...placeOf(one), clock, voice, languages })
        : new SpeechVoice(serverOf(one, secrets), { voice: voice ?? '', languages })
    return [{ key, engine }]
  })
}

export function answersElsewhere({ engines, secrets }: ElsewhereParts): RankedEngine<AnswerEngine>[] {
  return Object.entries(engines).flatMap(([key, one]) => {
    if (one.does !== 'answer') return []
    const server = serverOf(one, secrets)
    return [{ key, engine: one.kind === 'ollama' ? new OllamaChat(server) : new ChatCompletions(server) }]
  })
}

function placeOf({ address }: AtWyoming): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.substring(0, at).replaceAll(/[[\]]/g, ''), port: Number(address.substring(at + 1)) }
}

function serverOf({ url, model, ca, ...source }: OverHttp, secrets: SecretReader): ModelServer {
  return {
    ...{ name: `${model} at ${new URL(url).host}`, url, model, ca },
    headers: () =>
      secrets.with(
        source,
        (secret): Record<string, string> =>
          secret === null ? {} : { authorization: `Bearer ${secret.toString('utf8').trim()}` },
      ),
  }
}
