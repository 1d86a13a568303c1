import { describe, expect, it } from 'vitest'
import { VOICE } from '../../../../hub/features/voice/settings.ts'

const read = (engine: object) => VOICE.schema.safeParse({ engines: { one: engine } })
const faults = (engine: object) => read(engine).error?.issues.map(({ message }) => message)

describe('an engine in the settings', () => {
  it('has what may be left out', () => {
    expect(read({ kind: 'ollama', model: 'llama3.2' }).data?.engines.one).toEqual({
      ...{ kind: 'ollama', does: 'answer', url: 'http://127.0.0.1:11434', model: 'llama3.2' },
    })
    expect(read({ kind: 'openai', does: 'answer', model: 'm', url: 'https://h/v1//' }).data?.engines.one).toMatchObject(
      {
        url: 'https://h/v1',
      },
    )
    expect(read({ kind: 'openai', does: 'hear', model: 'whisper-1' }).data?.engines.one).toMatchObject({
      url: 'https://api.openai.com/v1',
    })
  })

  it.each<[object, RegExp]>([
    [{ kind: 'openai', does: 'answer' }, /expected string|required/i],
    [{ kind: 'openai', does: 'speak', model: 'tts-1' }, /has no voice/],
    [{ kind: 'ollama', model: 'm', url: 'ftp://h' }, /https:\/\/ or http:\/\//],
    [{ kind: 'ollama', model: 'm', url: 'https://me:pass@h' }, /holds a user or password/],
    [{ kind: 'ollama', model: 'm', secret: 'a', secret_file: '/b' }, /both secret and secret_file/],
    [
      { kind: 'openai', does: 'answer', model: 'm', url: 'http://models.example.com/v1', secret: 'key' },
      /everybody on the way can read/,
    ],
  ])('is refused with what is wrong: %j', (engine, words) => {
    expect(faults(engine)?.join()).toMatch(words)
  })

  it.each([
    'http://127.0.0.1:1/v1',
    'http://[::1]:1',
    'http://192.168.1.7',
    'http://gpu.local:8000',
    'http://gpu:8000',
    'https://h.example.com',
  ])('sends its key to %s', (url) => {
    expect(read({ kind: 'openai', does: 'answer', model: 'm', url, secret: 'key' }).success).toBe(true)
  })
})

describe('Wyoming that is served', () => {
  const served = (wyoming: object) =>
    VOICE.schema
      .safeParse({ wyoming })
      .error?.issues.map(({ message }) => message)
      .join() ?? 'ok'

  it('is for this machine, or for listed addresses', () => {
    expect(served({ listen: '127.0.0.1:10700' })).toBe('ok')
    expect(served({ listen: '[::1]:10700' })).toBe('ok')
    expect(served({ listen: '0.0.0.0:10700', allow: ['192.168.1.20', '192.168.2.0/24', 'fd00::/8'] })).toBe('ok')
    expect(served({ listen: '0.0.0.0:10700' })).toContain('no login in Wyoming')
    expect(served({ listen: '0.0.0.0:10700', allow: ['kitchen'] })).toContain('no address and no network')
    expect(served({ listen: '10700' })).not.toBe('ok')
  })
})
