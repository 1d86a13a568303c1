import type { AdminClient } from '../../../cli/admin-client.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { explain, LaresError } from '../../../shared/errors.ts'
import { sayInto } from './speech.ts'

/** A speaker, and the sink that its microphone hears. */
export interface Room {
  device: string
  sink: string
}

export interface ConversationParts {
  client: () => AdminClient
  kitchen: Room
  bedroom: Room
  stop: AbortSignal
}

interface Message {
  role: string
  content: string
  end: string | null
  turn: string | null
  latency_ms: number | null
  stages: Record<string, number> | null
}

interface Talk {
  session: string
  state: string
  device: string
  persona: string
  messages: Message[]
}

/** What was said to a speaker, and what it said to that. */
export interface Exchange {
  room: string
  heard: string
  answer: string
  /** From the end of the question to the first sound of the answer. */
  latencyMs: number | null
}

/** How far the conversation is. */
export interface Conversation {
  exchanges: Exchange[]
  /** Sentences that had to be said once more. */
  saidAgain: number
  handedOver: boolean
  /** Somebody for emergencies spoke, and the conversation was given back. */
  gaveBack: boolean
  /** Why it does not go on; `null`: it does, or is over. */
  trouble: string | null
  isOver: boolean
}

export const SILENT: Conversation = {
  ...{ exchanges: [], saidAgain: 0, handedOver: false, gaveBack: false, trouble: null, isOver: false },
}

const URGENT = 'There is smoke in the kitchen'
/** Somebody who was not understood says it again. */
const TRIES = 3
const ANSWERED_MS = 15_000
const LOOK_MS = 200
/** The recorder's first sound comes about two seconds after its start; then the noise floor is learned. */
const FIRST_WORD_MS = 6_000
const PAUSE_MS = 500
const AGAIN_MS = 30_000

/** Stages that every spoken answer reaches, in their order. */
const WATERFALL = ['began', 'ended', 'heard', 'answer_first', 'voice_first', 'sent_first', 'sounds', 'over'] as const

/**
 * Holds a conversation aloud, in two rooms: a question, a timer, on to the bedroom, something urgent in between, and on. Calls `changed`
 * with each step. Goes on to ask now and then until it is stopped. Rejects with nothing: what goes wrong is its `trouble`.
 */
export async function converse(parts: ConversationParts, changed: (now: Conversation) => void): Promise<void> {
  let now = SILENT
  // The one that goes from room to room.
  let session: string | null = null
  const next = (more: Partial<Conversation>) => {
    now = { ...now, ...more }
    changed(now)
  }
  const ask = async (room: Room, text: string, answer: RegExp) => {
    const { exchange, again } = await exchanged(parts, { room, text, answer, session })
    session ??= (await talkAt(parts, room))?.session ?? null
    next({ exchanges: [...now.exchanges, exchange], saidAgain: now.saidAgain + again })
  }
  const { kitchen, bedroom, stop } = parts
  try {
    await wait(systemClock, FIRST_WORD_MS, stop)
    await ask(kitchen, 'what is the temperature in the kitchen', /degrees/)
    await ask(kitchen, 'set a timer for five minutes', /timer .*5 minutes/)
    await ask(kitchen, 'continue in the bedroom', /bedroom/i)
    await until(parts, async () => (await talkAt(parts, bedroom))?.session === session, 'the handoff')
    next({ handedOver: true })
    await ask(bedroom, 'how long is left on the timer', /minutes/)
    await interrupted(parts, session ?? '')
    next({ gaveBack: true })
    await ask(bedroom, 'what time is it', /\d|o'clock/)
    next({ isOver: true })
    for (;;) {
      await wait(systemClock, AGAIN_MS, stop)
      await ask(kitchen, 'what is the temperature in the kitchen', /degrees/)
    }
  } catch (error) {
    if (!stop.aborted) next({ trouble: explain(error).split('\n')[0] ?? 'it broke off' })
  }
}

/** Says a sentence until it is answered as it should be. Rejects when it is not. */
async function exchanged(
  parts: ConversationParts,
  { room, text, answer, session }: { room: Room; text: string; answer: RegExp; session: string | null },
): Promise<{ exchange: Exchange; again: number }> {
  let said = ''
  for (let again = 0; again < TRIES; again += 1) {
    const known = new Set((await messagesAt(parts, room, session)).map(({ turn }) => turn))
    await sayInto(room.sink, text)
    const found = await answerOf(parts, { room, session, known })
    if (found !== null && answer.test(found.answer)) {
      await wait(systemClock, PAUSE_MS, parts.stop)
      return { again, exchange: found }
    }
    said = found === null ? 'nothing' : `“${found.answer}” to “${found.heard}”`
  }
  throw new Error(`“${text}” was said ${TRIES} times, and ${room.device} answered ${said}`)
}

/** The next answer that was spoken to its end; `null`: there is none in time. */
async function answerOf(
  parts: ConversationParts,
  { room, session, known }: { room: Room; session: string | null; known: ReadonlySet<string | null> },
): Promise<Exchange | null> {
  const since = systemClock.mono()
  for (;;) {
    const messages = (await messagesAt(parts, room, session)).filter(({ turn }) => turn !== null && !known.has(turn))
    const answer = messages.find(({ role, end }) => role === 'assistant' && end !== null)
    const heard = messages.find(({ role, turn }) => role === 'user' && turn === answer?.turn)
    if (answer !== undefined && heard !== undefined) {
      const wrong = WATERFALL.find((stage, at) => isBefore(answer.stages, stage, WATERFALL[at - 1]))
      if (wrong !== undefined) throw new Error(`the waterfall of “${heard.content}” has no ${wrong} in its place`)
      return { room: room.device, heard: heard.content, answer: answer.content, latencyMs: answer.latency_ms }
    }
    if (systemClock.mono() - since > ANSWERED_MS) return null
    await wait(systemClock, LOOK_MS, parts.stop)
  }
}

/** Whether it is missing, or came before the one that it follows. */
function isBefore(stages: Record<string, number> | null, stage: string, earlier: string | undefined): boolean {
  const at = stages?.[stage]
  return at === undefined || (earlier !== undefined && at < (stages?.[earlier] ?? 0))
}

/** Something urgent is said in the bedroom. Resolves when the conversation that it paused goes on there. */
async function interrupted(parts: ConversationParts, session: string): Promise<void> {
  const { bedroom } = parts
  await parts.client().request('voice', 'say', { text: URGENT, urgent: true })
  await until(parts, async () => (await talk(parts, session))?.state === 'paused', 'the emergency')
  await until(
    parts,
    async () => {
      const [own, there] = [await talk(parts, session), await talkAt(parts, bedroom)]
      return own?.state === 'active' && there?.session === session
    },
    'the conversation to be given back',
  )
}

async function until(parts: ConversationParts, holds: () => Promise<boolean>, what: string): Promise<void> {
  const since = systemClock.mono()
  while (!(await holds())) {
    if (systemClock.mono() - since > ANSWERED_MS) throw new Error(`${what} did not come`)
    await wait(systemClock, LOOK_MS, parts.stop)
  }
}

/** Of the conversation in the room, and of the one that may just have left it. */
async function messagesAt(parts: ConversationParts, room: Room, session: string | null): Promise<Message[]> {
  const talks = [await talkAt(parts, room), session === null ? null : await talk(parts, session)]
  return talks.flatMap((one) => one?.messages ?? [])
}

function talkAt(parts: ConversationParts, { device }: Room): Promise<Talk | null> {
  return talk(parts, device)
}

/** `null`: there is none. */
async function talk({ client }: ConversationParts, session: string): Promise<Talk | null> {
  try {
    return (await client().request('sessions', 'show', { session })) as Talk
  } catch (error) {
    if (error instanceof LaresError && error.code === 'not_found') return null
    throw error
  }
}
