import { splitAddress } from '../../../shared/address.ts'
import { asError } from '../../../shared/errors.ts'
import { programVersion } from '../../../shared/version.ts'
import type { RankedHealth } from '../../../speech/ranked/ranking.ts'
import { WyomingServer } from '../../../speech/wyoming/wyoming-server.ts'
import type { Front } from '../../contract/front-part.ts'
import { readSection } from '../../contract/settings-section.ts'
import { clauses } from '../../talk/clauses.ts'
import type { TalkEngines } from '../../talk/talk-engines.ts'
import type { VoiceHealth } from '../../talk/voice-engines.ts'
import { VOICE } from './settings.ts'

/** What an engine that does not say its languages is offered for: those that are asked for most. */
const COMMON = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'nl',
  'pl',
  'pt',
  'sv',
  'da',
  'nb',
  'fi',
  'cs',
  'uk',
  'ru',
  'ja',
  'ko',
  'zh',
]

export interface ServedWyoming {
  /** Begins to listen, where it does not. Never rejects: the health of the hub says why not, and it is called again. */
  begin(): Promise<void>
  stop(): Promise<void>
}

/** Serves what hears and speaks here over Wyoming, as the settings say; `null`: they do not. */
export function serveWyoming(
  { settings, clock, log, health }: Front,
  engines: TalkEngines & VoiceHealth,
): ServedWyoming | null {
  const { wyoming } = readSection(VOICE, settings)
  if (wyoming === undefined) return null
  const server = new WyomingServer({
    ...{ ...splitAddress(wyoming.listen), allow: wyoming.allow, clock, log: log.part('wyoming'), clauses },
    ears: () => engines.ears(),
    voice: () => engines.voice(),
    offer() {
      const { hear, speak } = engines.health()
      return { version: programVersion(), hears: languagesOf(hear), speaks: languagesOf(speak) }
    },
  })
  let isStopped = false
  let beginning: Promise<void> | null = null
  return {
    async begin() {
      if (isStopped || server.port !== null || beginning !== null) return
      beginning = server
        .listen()
        .then(() => health.clear('voice:wyoming'))
        .catch((error: unknown) => health.raise('voice:wyoming', 'cannot_listen', asError(error).message))
      await beginning
      beginning = null
    },
    async stop() {
      isStopped = true
      await beginning
      await server.stop()
    },
  }
}

function languagesOf(engines: readonly RankedHealth[]): string[] {
  const all = engines.filter(({ isInstalled }) => isInstalled).flatMap(({ languages }) => languages ?? COMMON)
  return [...new Set(all)].sort()
}
