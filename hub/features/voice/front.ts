import type { Cancel } from '../../../shared/clock.ts'
import { decode } from '../../../shared/codec.ts'
import { asError } from '../../../shared/errors.ts'
import type { Front, FrontPart } from '../../contract/front-part.ts'
import { readSection } from '../../contract/settings-section.ts'
import type { EffectOf } from '../../engine/input.ts'
import type { HeardAnswer } from '../../engine/spoken-turns.ts'
import { Arbitration } from '../../talk/arbitration.ts'
import { PageSpeech } from '../../talk/page-speech.ts'
import type { AsksHouse } from '../../talk/spoken-turn.ts'
import { Talk } from '../../talk/talk.ts'
import type { TalkEngines } from '../../talk/talk-engines.ts'
import { tryEngines } from '../../talk/try-engines.ts'
import { tryQuestion } from '../../talk/try-question.ts'
import type { ToDevice } from '../../talk/utterance.ts'
import { unknownEngines, voiceEngines } from '../../talk/voice-engines.ts'
import type { VoiceBeside } from './beside.ts'
import { engineMetrics, tellEngines } from './engine-health.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { serveWyoming } from './serve-wyoming.ts'
import { VOICE } from './settings.ts'
import { sorryWords } from './sorry-words.ts'
import { talkMetrics } from './talk-metrics.ts'

/** How often the health of engines is looked at: they change when somebody speaks. */
const LOOK_MS = 10_000

/** Hears what is said to devices, and has them speak. */
export function openVoiceFront(front: Front): FrontPart {
  const { topics, clock, log } = front
  const to: ToDevice = {
    session: (device, message) =>
      front.send({ topic: topics.build('session', { device }), payload: JSON.stringify(message), qos: 1 }),
    frame: (device, speech, payload) =>
      front.send({ topic: topics.build('speech', { device, speech }), payload, qos: 0 }),
    reaches: (device) => front.reaches(topics.build('session', { device })),
  }
  const { secrets } = front
  const parts = { folder: front.folder, clock, secrets, ...readSection(VOICE, front.settings) }
  const engines = voiceEngines(parts)
  const unknown = unknownEngines(parts)
  const trying = new OneAtATime('engines are being tried just now')
  const arbitration = new Arbitration({
    clock,
    chosen: (winner, others) =>
      void front
        .input({ kind: 'arbitrated', winner, others })
        .catch((error: unknown) => log.warn({ error: asError(error).message }, 'who answers could not be settled')),
  })
  const served = serveWyoming(front, engines)
  let stopLooking: Cancel = () => {}
  const talk = new Talk({ clock, log, to, house: asksHouse(front), engines })
  return {
    name: 'voice',
    sound: (device, turn) => talk.begin(device, turn),
    speech: new PageSpeech(engines, clock),
    overhears: {
      turn({ device, payload }) {
        const read = decode('turn', payload)
        if (read.ok && read.value.phase === 'end') talk.ended(device, read.value.turn, read.value.reason ?? null)
      },
      playback({ device, payload }) {
        const read = decode('playback', payload)
        if (read.ok) talk.playback(device, read.value)
      },
    },
    effects: {
      turn_opened: ({ opened }) => talk.opened(opened),
      try_persona: (tried) => tryPersonaAt(front, engines, tried),
      wake_heard: ({ bid }) => arbitration.take(bid),
      session_left: ({ device, session }) => talk.sessionOver(device, session),
      own_up: (interrupted) => talk.ownUp(interrupted),
      announce({ announcements }) {
        for (const one of announcements) talk.announce(one)
      },
    },
    metrics: [...talkMetrics(talk), ...engineMetrics(engines)],
    state: (): VoiceBeside => ({
      engines: engines.health(),
      tryAll: (text, language) => trying.run(() => tryEngines(engines.each(), { text, language, clock })),
    }),
    start() {
      if (unknown.length > 0)
        front.health.raise(
          'voice:engines',
          'bad_config',
          `[voice] ranks ${unknown.join(', ')}, which is no engine there; the others are asked`,
        )
      talk.start()
      void served?.begin()
      stopLooking = clock.every(LOOK_MS, () => {
        tellEngines(engines, front.health)
        void served?.begin()
      })
    },
    async stop() {
      stopLooking()
      arbitration.stop()
      await served?.stop()
      await talk.stop()
    },
  }
}

function asksHouse(front: Front): AsksHouse {
  return {
    async heard({ device, turn }, { text, by }) {
      const { value } = await front.input<HeardAnswer | null>({ kind: 'turn_heard', device, turn, text, by })
      return value ?? { kind: 'nothing' }
    },
    async answered({ device, turn }, answer) {
      await front.input({ kind: 'turn_answered', device, turn, answer })
    },
    async announced({ device, session, isUrgent }, end) {
      await front.input({ kind: 'announced', device, session, isUrgent, end })
    },
    async use({ device, turn }, { name, text }) {
      const { value } = await front.input<string | null>({ kind: 'turn_tool', device, turn, name, text })
      return value ?? 'This conversation is over.'
    },
    sorry: (what, language) => sorryWords(what, language),
  }
}

async function tryPersonaAt(
  front: Front,
  engines: TalkEngines,
  { asker, shown, question }: EffectOf<'try_persona'>,
): Promise<void> {
  const tried = await tryQuestion(engines.answers(), { question, clock: front.clock }).then(
    (answer) => ({ answer, error: null }),
    (error: unknown) => ({ answer: null, error: asError(error).message }),
  )
  await front.input({ kind: 'persona_tried', asker, shown, ...tried })
}
