import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { speaksHere } from '../../../../hub/features/voice/beside.ts'
import { engineMetrics, tellEngines } from '../../../../hub/features/voice/engine-health.ts'
import { OneAtATime } from '../../../../hub/features/voice/one-at-a-time.ts'
import { tryEngines } from '../../../../hub/talk/try-engines.ts'
import { unknownEngines, voiceEngines } from '../../../../hub/talk/voice-engines.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { wavHeader } from '../../../../shared/wav-header.ts'
import { CollectedSentence } from '../../../../speech/ports/collected-sentence.ts'
import type { SpeechToText } from '../../../../speech/ports/speech-to-text.ts'
import { spokenWhole, type TextToSpeech } from '../../../../speech/ports/text-to-speech.ts'

const clock = new ManualClock()
const folder = mkdtempSync(join(tmpdir(), 'engines-'))
writeFileSync(join(folder, 'sound'), Buffer.concat([wavHeader(1_600), Buffer.alloc(1_600)]))
afterAll(() => rmSync(folder, { recursive: true }))
const secrets = { with: async () => ({}) as never }
/** Speaks, and fails, as a shell can. */
const script = (words: string) => ({
  kind: 'command' as const,
  does: 'speak' as const,
  command: ['/bin/sh', '-c', words],
})

describe('engines that fail', () => {
  it('are named in the health of the hub after three times, counted, and gone from it when they work', async () => {
    const engines = voiceEngines({
      ...{ folder: '/nowhere', clock, secrets, speak: ['mine'] },
      engines: { mine: script(`cd ${folder}; [ -e mended ] && exec cat sound; echo no voice there >&2; exit 3`) },
    })
    const told = new Map<string, string>()
    const health = {
      raise: (name: string, code: string, message: string) => void told.set(name, `${code}: ${message}`),
      clear: (name: string) => void told.delete(name),
    }
    const voice = engines.voice()
    if (voice === null) throw new Error('there is no voice')
    for (let n = 0; n < 3; n += 1) {
      tellEngines(engines, health)
      expect([...told]).toEqual([])
      await expect(spokenWhole(voice, 'Hello', { language: 'en' })).rejects.toThrow('no voice there')
    }
    tellEngines(engines, health)
    expect([...told]).toEqual([
      ['voice:speak:mine', 'voice_engine_failing: mine, which speaks, fails: mine ended with 3: no voice there'],
    ])
    expect([...(engineMetrics(engines)[0]?.read() ?? [])]).toContainEqual({
      labels: { does: 'speak', engine: 'mine', outcome: 'failed' },
      value: 3,
    })
    writeFileSync(join(folder, 'mended'), '')
    expect((await spokenWhole(voice, 'Hello', { language: 'en' })).samples).toHaveLength(800)
    tellEngines(engines, health)
    expect([...told]).toEqual([])
    await engines.stop()
  })

  it('that nobody knows are named', () => {
    const engines = { mine: script('true') }
    expect(unknownEngines({ engines, speak: ['mine', 'piper'], hear: ['mine'], answer: ['llama'] })).toEqual([
      ...['mine', 'piper', 'llama'],
    ])
  })

  it('and programs that are not there are no voice', () => {
    const engines = (command: string) =>
      voiceEngines({
        ...{ folder: '/nowhere', clock, secrets, speak: ['mine'] },
        engines: { mine: { kind: 'command', does: 'speak', command: [command] } },
      })
    expect(speaksHere({ engines: engines('/bin/sh').health() })).toBe(true)
    expect(speaksHere({ engines: engines('/bin/no-such-program').health() })).toBe(false)
  })
})

describe('engines that are tried', () => {
  const voice = (speak: TextToSpeech['speak']): TextToSpeech => ({ name: 'voice', languages: null, speak })
  const ear = (hear: () => Promise<string>): SpeechToText => ({
    ...{ name: 'ear', languages: null, rest: async () => {} },
    begin: () => new CollectedSentence(async () => ({ text: await hear(), tookMs: 1 })),
  })
  const sounds = voice(async function* () {
    yield { rate: 16_000, samples: new Int16Array(16_000) }
  })

  it('each say what they did, whatever the others do', async () => {
    const broken = voice(() => {
      throw new Error('it is broken')
    })
    const tried = await tryEngines(
      {
        voices: [
          { key: 'broken', engine: broken },
          { key: 'flite', engine: sounds },
          { key: 'german', engine: { ...sounds, languages: ['de'] } },
          { key: 'missing', engine: { ...sounds, isInstalled: false } },
        ],
        ears: [
          { key: 'deaf', engine: ear(() => Promise.reject(new Error('it hears nothing'))) },
          { key: 'good', engine: ear(async () => 'the lamp is off') },
        ],
      },
      { text: 'The lamp is on.', language: 'en', clock },
    )
    expect(tried).toMatchObject([
      { voice: 'broken', ear: null, error: 'it is broken' },
      { voice: 'flite', ear: null, soundS: 1, error: null },
      { voice: 'flite', ear: 'deaf', heard: null, error: 'it hears nothing' },
      { voice: 'flite', ear: 'good', heard: 'the lamp is off', wrong: 0.25, error: null },
    ])
  })

  it('that hang are left after ten seconds', async () => {
    const hangs = { key: 'hangs', engine: ear(() => new Promise(() => {})) }
    const trying = tryEngines(
      { voices: [{ key: 'flite', engine: sounds }], ears: [hangs] },
      { text: 'Hello', language: 'en', clock },
    )
    for (let n = 0; n < 50; n += 1) await Promise.resolve()
    clock.advance(10_000)
    expect(await trying).toMatchObject([{ error: null }, { ear: 'hangs', error: 'it took longer than 10 s' }])
  })
})

it('what holds the machine up is done once at a time, and again after it failed', async () => {
  const once = new OneAtATime('engines are being tried just now')
  const { promise, reject } = Promise.withResolvers<void>()
  const first = once.run(() => promise)
  await expect(once.run(async () => {})).rejects.toMatchObject({ code: 'busy' })
  reject(new Error('it failed'))
  await expect(first).rejects.toThrow('it failed')
  expect(await once.run(async () => 'again')).toBe('again')
})
