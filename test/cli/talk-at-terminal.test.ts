import { describe, expect, it } from 'vitest'
import type { AdminClient } from '../../cli/admin-client.ts'
import { talkWithHouse } from '../../cli/talk-at-terminal.ts'
import { type ErrorCode, LaresError } from '../../shared/errors.ts'

/** A house that answers each sentence as the table says, and how often somebody connected to it. */
function houseThat(answers: Readonly<Record<string, ErrorCode | string>>) {
  const asked: [string, Record<string, unknown>][] = []
  let open = 0
  const opened: number[] = []
  let goAway = () => {}
  const connect = async (): Promise<AdminClient> => {
    open += 1
    opened.push(open)
    return {
      async request(area, verb, params) {
        asked.push([`${area}/${verb}`, params])
        if (area === 'devices') return {}
        const answer = answers[String(params.text)] ?? 'bad_params'
        if (/^[a-z_]+$/.test(answer)) throw new LaresError(answer as ErrorCode, `no: ${params.text}`)
        return { text: answer, done: [], intent: 'x', heard: {}, language: 'en' }
      },
      hear: async () => {},
      ended: new Promise((resolve) => {
        goAway = () => resolve(new LaresError('unreachable', 'it went away'))
      }),
      async close() {
        open -= 1
      },
    }
  }
  return { asked, opened, connect, left: () => open, goAway: () => goAway() }
}

async function talk(
  house: ReturnType<typeof houseThat>,
  lines: Iterable<string> | AsyncIterable<string>,
  more: { params?: Record<string, unknown>; json?: boolean } = {},
) {
  const printed: string[] = []
  const said: string[] = []
  const code = await talkWithHouse({
    sentences: (async function* () {
      yield* lines
    })(),
    connect: house.connect,
    print: (text) => printed.push(text),
    say: (text) => said.push(text),
    ...{ params: {}, json: false, ...more },
  })
  return { code, printed, said }
}

describe('a conversation at a terminal', () => {
  it('says each line to the house, where it was told to, until somebody has said enough', async () => {
    const house = houseThat({ 'what time is it': 'It is noon.', 'and now?': 'Still noon.' })
    const lines = ['what time is it', '', '  and now? ', 'Exit', 'what time is it']
    const { code, printed, said } = await talk(house, lines, { params: { device: 'kitchen-pi', language: 'en' } })
    expect([code, printed, said]).toEqual([0, ['It is noon.', 'Still noon.'], []])
    expect(house.asked).toEqual([
      ['devices/show', { device: 'kitchen-pi' }],
      ['voice/ask', { device: 'kitchen-pi', language: 'en', text: 'what time is it' }],
      ['voice/ask', { device: 'kitchen-pi', language: 'en', text: 'and now?' }],
    ])
    expect([house.opened, house.left()]).toEqual([[1], 0])
  })

  it('goes on after what could not be answered, with a new connection only where the hub went away', async () => {
    const house = houseThat({ one: 'forbidden', two: 'unreachable', three: 'Three it is.' })
    const { code, printed, said } = await talk(house, ['one', 'two', 'three'])
    expect(printed).toEqual(['Three it is.'])
    expect(said.join('')).toMatch(/no: one[\s\S]*no: two/)
    expect(code).not.toBe(0)
    expect([house.opened.length, house.left()]).toEqual([2, 0])
  })

  it('has another connection where the hub was away between two sentences, and nobody is told', async () => {
    const house = houseThat({ one: 'One.', two: 'Two.' })
    const lines = (async function* () {
      yield 'one'
      house.goAway()
      await Promise.resolve()
      yield 'two'
    })()
    const { printed, said } = await talk(house, lines)
    expect([printed, said, house.opened.length]).toEqual([['One.', 'Two.'], [], 2])
  })

  it('answers programs line by line, errors too', async () => {
    const { printed, said } = await talk(houseThat({ one: 'Yes.', two: 'forbidden' }), ['one', 'two'], { json: true })
    expect(printed.map((line) => JSON.parse(line).text)).toEqual(['Yes.'])
    expect(said.map((line) => JSON.parse(line).error.code)).toEqual(['forbidden'])
  })

  it('shows nothing that moves the cursor', async () => {
    const { printed } = await talk(houseThat({ one: 'A\u001b[2Jb' }), ['one'])
    expect(printed.join('')).not.toContain('\u001b')
  })
})
