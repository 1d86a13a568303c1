import { z } from 'zod'
import { placeKey } from '../../contract/named-places.ts'
import { readSection, settingsSection } from '../../contract/settings-section.ts'
import { secretName } from '../../secrets/secret-reader.ts'
import { ALERT_SEVERITIES, type AlertSeverity } from './rule-kinds.ts'

const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'has a line break or another control character')

const noLogin = (text: string) =>
  !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === '')
const NO_LOGIN = 'holds a user or password, which belong into user, secret or secret_file'

/** What every target has. */
const common = {
  secret: secretName.optional(),
  secret_file: z.string().startsWith('/', 'is no whole path').optional(),
  ca: z.string().startsWith('/', 'is no whole path').optional(),
  default: z.boolean().default(true),
  least: z.enum(ALERT_SEVERITIES).default('info'),
}

const http = z.url({ protocol: /^https?$/, error: 'does not begin with https:// or http://' }).refine(noLogin, NO_LOGIN)

const webhook = z.strictObject({ kind: z.literal('webhook'), url: http, ...common })

const ntfy = z.strictObject({
  kind: z.literal('ntfy'),
  url: http.default('https://ntfy.sh'),
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'is no topic: up to 64 of A-Z, a-z, 0-9, - and _'),
  ...common,
})

const mailAddress = z.email('is no e-mail address')

const mail = z
  .strictObject({
    kind: z.literal('mail'),
    url: z.url({ protocol: /^smtps?$/, error: 'does not begin with smtps:// or smtp://' }).refine(noLogin, NO_LOGIN),
    user: oneLine(255).optional(),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(20),
    /** For a server on this machine that knows no TLS. */
    plain: z.boolean().default(false),
    ...common,
  })
  .refine(
    ({ user, secret, secret_file }) => (user !== undefined) === ((secret ?? secret_file) !== undefined),
    'has a user without secret or secret_file, or one of these without a user',
  )
  .refine(({ plain, url }) => !plain || url.startsWith('smtp:'), 'has plain, which is for url = "smtp://…"')
  .refine(
    ({ plain, user }) => !plain || user === undefined,
    'would send a password that everybody can read: leave out plain or user',
  )

/** Said aloud in the house it is about, by whoever speaks in emergencies. */
const speakers = z.strictObject({
  kind: z.literal('speakers'),
  /** Those of this group alone. */
  group: oneLine(255).optional(),
  ...common,
  least: z.enum(ALERT_SEVERITIES).default('critical'),
})

const target = z
  .discriminatedUnion('kind', [webhook, ntfy, mail, speakers])
  .refine(
    ({ secret, secret_file }) => secret === undefined || secret_file === undefined,
    'has both secret and secret_file',
  )

export type AlertTarget = z.infer<typeof target>
export type TargetOf<K extends AlertTarget['kind']> = Extract<AlertTarget, { kind: K }>

export const ALERTS = settingsSection({
  name: 'alerts',
  schema: z.strictObject({ targets: z.record(placeKey, target).default({}) }),
  keys: {
    targets: {
      meaning:
        'Who is told when something is wrong, each under a name of its own. kind = "ntfy" has a topic, and url where it is not ntfy.sh; its secret is an access token. ' +
        'kind = "webhook" has a url that gets JSON; its secret signs it. kind = "mail" has url (smtps://host:465, or smtp://host:587 which goes on with STARTTLS), from and to, and user with a secret; ' +
        'plain = true is for a server on this machine without TLS. kind = "speakers" says it aloud in its house, or on the speakers of a group; it hears of nothing less than critical. Each may have ca, for a certificate of an authority of your own; least = "warning" or "critical", to hear of nothing less; ' +
        'and default = false, to be told only by rules that name it.',
      example: 'targets = { phone = { kind = "ntfy", topic = "a-long-name-that-nobody-guesses" } }',
    },
  },
})

export type AlertTargets = Readonly<Record<string, AlertTarget>>

/** The targets of `hub.toml`, by their keys. */
export function alertTargets(settings: Readonly<Record<string, unknown>>): AlertTargets {
  return readSection(ALERTS, settings).targets
}

/** Whether a target wants to hear of something that serious. */
export function isEnough({ least }: Pick<AlertTarget, 'least'>, severity: AlertSeverity): boolean {
  return ALERT_SEVERITIES.indexOf(severity) >= ALERT_SEVERITIES.indexOf(least)
}
