import { z } from 'zod'
import { address } from '../../../shared/address.ts'
import { placeKey } from '../../contract/named-places.ts'
import { settingsSection } from '../../contract/settings-section.ts'
import { secretName } from '../../secrets/secret-reader.ts'

const language = z.string().regex(/^[a-z]{2,3}$/, 'is no language: write it like en or de')

const word = z.string().min(1).max(200)
const languages = z.array(language).min(1).optional()

const wyoming = z.strictObject({
  kind: z.literal('wyoming'),
  does: z.enum(['hear', 'speak']),
  address,
  model: word.optional(),
  voice: word.optional(),
  languages,
})

const command = z.strictObject({
  kind: z.literal('command'),
  does: z.literal('speak').default('speak'),
  command: z.array(z.string().max(1_000)).min(1).max(40),
  languages,
})

const noLogin = (text: string) =>
  !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === '')
const server = z
  .url({ protocol: /^https?$/, error: 'does not begin with https:// or http://' })
  .refine(noLogin, 'holds a user or password, which belong into secret or secret_file')
  .transform((url) => url.replace(/\/+$/, ''))

/** What every server has that is asked over HTTP. */
const overHttp = {
  model: word,
  secret: secretName.optional(),
  secret_file: z.string().startsWith('/', 'is no whole path').optional(),
  ca: z.string().startsWith('/', 'is no whole path').optional(),
}

const openai = z.strictObject({
  kind: z.literal('openai'),
  does: z.enum(['answer', 'hear', 'speak']),
  url: server.default('https://api.openai.com/v1'),
  voice: word.optional(),
  languages,
  ...overHttp,
})

const ollama = z.strictObject({
  kind: z.literal('ollama'),
  does: z.literal('answer').default('answer'),
  url: server.default('http://127.0.0.1:11434'),
  ...overHttp,
})

/** On this machine, or in a network of one's own. */
function isNear(url: string): boolean {
  const { hostname } = new URL(url)
  return (
    /^(?:localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|\[(?:::1|f[cd].*|fe80:.*)\])$/i.test(
      hostname,
    ) ||
    !hostname.includes('.') ||
    /\.(?:local|lan|home\.arpa|internal)$/i.test(hostname)
  )
}

/** An engine elsewhere. What may be called stands in this file alone. */
const engine = z
  .discriminatedUnion('kind', [wyoming, command, openai, ollama])
  .refine(
    (one) =>
      one.kind === 'wyoming' || one.kind === 'command' || one.secret === undefined || one.secret_file === undefined,
    'has both secret and secret_file',
  )
  .refine(
    (one) =>
      one.kind === 'wyoming' ||
      one.kind === 'command' ||
      (one.secret ?? one.secret_file) === undefined ||
      !one.url.startsWith('http:') ||
      isNear(one.url),
    'would send its key so that everybody on the way can read it: write https://',
  )
  .refine((one) => one.kind !== 'openai' || one.does !== 'speak' || one.voice !== undefined, 'speaks, and has no voice')

export type VoiceEngineEntry = z.infer<typeof engine>

/** An address, or a network as `192.168.1.0/24`. */
const peer = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'is no address and no network like 192.168.1.0/24',
})

const served = z
  .strictObject({ listen: address, allow: z.array(peer).max(100).default([]) })
  .refine(
    ({ listen, allow }) => allow.length > 0 || /^(?:127\.|\[::1\]|localhost:)/.test(listen),
    'listens for other machines and lists none in allow: there is no login in Wyoming',
  )

const ranking = z.array(placeKey).max(20)

export const VOICE = settingsSection({
  name: 'voice',
  schema: z.strictObject({
    engines: z.record(placeKey, engine).default({}),
    hear: ranking.optional(),
    speak: ranking.optional(),
    answer: ranking.optional(),
    wyoming: served.optional(),
  }),
  keys: {
    engines: {
      meaning:
        'Engines elsewhere, each under a name of its own. kind = "wyoming" speaks Wyoming at an address: does = "hear" understands speech (faster-whisper, whisper.cpp) and may have a model, ' +
        'does = "speak" speaks (piper) and may have a voice, as the server calls them. languages says which it is for; without it for any. There is no login in Wyoming: keep it on this machine or in a network of your own. ' +
        'kind = "openai" is a server with the interface of OpenAI at a url, with a model: does = "answer" answers what no sentence means, does = "hear" understands speech, does = "speak" speaks in a voice; secret or secret_file is its key. ' +
        'kind = "command" speaks with a program of your own: command is its words, without a shell, with {text} for a file with the text, which comes on its standard input, too, {sound} for the WAV file that it writes, or its standard output is one, and {language}. ' +
        'kind = "ollama" answers with a model of Ollama, on this machine where there is no url. Both may have ca, for a certificate of an authority of your own.',
      example: 'engines = { whisper = { kind = "wyoming", does = "hear", address = "127.0.0.1:10300" } }',
    },
    hear: {
      meaning:
        'Who understands speech, the best first: names of engines, and moonshine, which lares voice install brings. Who fails or is too slow is followed by the next. Absent: engines elsewhere, then moonshine.',
      example: 'hear = ["whisper", "moonshine"]',
    },
    speak: {
      meaning:
        'Who speaks, the best first: names of engines, and flite and espeak-ng, where they are installed. Absent: engines elsewhere, then these.',
      example: 'speak = ["piper", "flite", "espeak-ng"]',
    },
    wyoming: {
      meaning:
        'Serves what hears and speaks here to programs that speak Wyoming, such as Home Assistant: listen is an address of this machine, allow lists the addresses and networks of others that may come in. There is no login in Wyoming. Absent: it is served to nobody.',
      example: 'wyoming = { listen = "0.0.0.0:10700", allow = ["192.168.1.20"] }',
    },
    answer: {
      meaning:
        'Who answers what no sentence means, the best first: names of engines that answer. Absent: all of them in the order of their names here; where there is none, nobody does.',
      example: 'answer = ["llama", "hosted"]',
    },
  },
})

export type VoiceSettings = z.infer<typeof VOICE.schema>
