import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import { spokenWhole } from '../../speech/ports/text-to-speech.ts'
import { tryVoices } from '../../speech/speech-doctor.ts'
import { commandVoice } from '../../speech/voices/command-voice.ts'
import { ProgramVoice } from '../../speech/voices/program-voice.ts'
import { asPattern } from '../remedies/lib/as-pattern.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voices-'))
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** A program of this machine that does this with $1, the text's file, and $2, where sound goes. */
function voice(name: string, script: string): ProgramVoice {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return new ProgramVoice({
    name,
    package: name,
    languages: ['en'],
    arguments: (_language, { text, sound }) => [text, sound],
  })
}
// A header of a tenth of a second at 16 kHz, and silence.
const SPEAKS =
  'printf \'RIFF____WAVEfmt \\020\\000\\000\\000\\001\\000\\001\\000\\200\\076\\000\\000\\000\\175\\000\\000\\002\\000\\020\\000data\\200\\014\\000\\000\' > "$2"; head -c 3200 /dev/zero >> "$2"'

/** A machine with much else to do begins and ends programs slowly. */
const PATIENCE = { timeout: 15_000, interval: 50 }

describe('a command of somebody', () => {
  const command = (words: string[]) => commandVoice({ key: 'mine', command: words, languages: null })

  it('has the text in a file and on its standard input, and no shell reads it', async () => {
    const words = (sound: string) => [
      `cp "$1" ${folder}/said; cat > ${folder}/piped; echo "$2" > ${folder}/language; ${sound}`,
    ]
    const text = '--help $(touch x); "quoted" äöü'
    const written = command([
      '/bin/sh',
      '-c',
      ...words(SPEAKS.replaceAll('"$2"', '"$3"')),
      'sh',
      '{text}',
      '{language}',
      '{sound}',
    ])
    const piped = command([
      '/bin/sh',
      '-c',
      ...words(SPEAKS.replace(' > "$2"', '').replace(' >> "$2"', '')),
      'sh',
      '{text}',
      '{language}',
    ])
    for (const voice of [written, piped]) {
      expect((await spokenWhole(voice, text, { language: 'de' })).samples).toHaveLength(1_600)
      expect(['said', 'piped'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([text, text])
      expect(readFileSync(join(folder, 'language'), 'utf8')).toBe('de\n')
    }
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })

  it.each<[string, string, string]>([
    ['no WAV file', 'echo hello', 'this is no WAV file'],
    ['sound without end', 'cat /dev/zero', 'makes sound without end'],
    ['nothing', 'true', 'this is no WAV file'],
  ])('that says %s is an error', async (_, words, message) => {
    await expect(spokenWhole(command(['/bin/sh', '-c', words]), 'hello', { language: 'en' })).rejects.toThrow(message)
  })

  it('is ended with everything that it has begun', { timeout: 40_000 }, async () => {
    const over = new AbortController()
    const spoken = spokenWhole(command(['/bin/sh', '-c', `sleep 60 & echo $! > ${folder}/pid; wait`]), 'hello', {
      ...{ language: 'en', signal: over.signal },
    })
    spoken.catch(() => {})
    const pid = () => Number(existsSync(join(folder, 'pid')) ? readFileSync(join(folder, 'pid'), 'utf8') : 0)
    await vi.waitFor(() => expect(pid()).toBeGreaterThan(0), PATIENCE)
    over.abort(new Error('nobody listens'))
    await expect(spoken).rejects.toThrow('nobody listens')
    // What is left of it may be a zombie until somebody asks.
    await vi.waitFor(() => expect(isAlive(pid())).toBe(false), PATIENCE)
  })

  function isAlive(pid: number): boolean {
    try {
      return !/^\d+ \(\w+\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return false
    }
  }
})

describe('a program that speaks', () => {
  it('is given the text as it is, whatever it looks like', async () => {
    const spoken = voice('speaks', `cp "$1" ${folder}/said; ${SPEAKS}`)
    const text = '--help $(touch x); "quoted" `and` äöü'
    const { rate, samples } = await spokenWhole(spoken, text, { language: 'en' })
    expect([rate, samples.length]).toEqual([16_000, 1_600])
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe(text)
    // Nothing of what was said stays on the disk.
    expect(readdirSync(folder).filter((name) => name.startsWith('lares-voice-'))).toEqual([])
  })

  it('that fails says what it said last, and that is missing says what to install', async () => {
    const broken = voice('broken', 'echo first >&2; echo "no voice slt" >&2; exit 3')
    await expect(spokenWhole(broken, 'hello', { language: 'en' })).rejects.toMatchObject({
      code: 'program_failed',
      message: 'broken ended with 3: no voice slt',
    })
    const none = new ProgramVoice({
      name: 'lares-no-such-voice',
      package: 'no-voice',
      languages: ['en'],
      arguments: () => [],
    })
    await expect(spokenWhole(none, 'hello', { language: 'en' })).rejects.toMatchObject({
      code: 'missing_program',
      hint: expect.stringMatching(asPattern('sudo apt-get install …')),
    })
  })

  it('ends when nobody listens any more', async () => {
    const slow = voice('slow', 'exec sleep 60')
    const controller = new AbortController()
    const said = expect(spokenWhole(slow, 'hello', { language: 'en', signal: controller.signal })).rejects.toThrow(
      'somebody speaks',
    )
    controller.abort(new Error('somebody speaks'))
    await said
    await expect(spokenWhole(slow, 'x'.repeat(4_001), { language: 'en' })).rejects.toThrow('4001 characters')
  })

  it('that fails keeps no other from its turn', async () => {
    const voices = [voice('broken', 'exit 1'), voice('speaks', SPEAKS)]
    const tried = await tryVoices('hello', { voices, listener: null, language: 'en', clock: new ManualClock() })
    expect(tried).toMatchObject([
      { voice: 'broken', error: 'broken ended with 1: ', sound_s: null },
      { voice: 'speaks', error: null, sound_s: 0.1, heard: null },
    ])
  })
})
