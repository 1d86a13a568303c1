import { X509Certificate } from 'node:crypto'
import { cleanText } from '../../shared/clean-text.ts'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { askLine, isAnybodyThere } from '../../shared/terminal/ask-person.ts'
import { lookAtHub, type ShownHub } from './first-look.ts'
import { authorityOf, type HubPlace } from './hub-place.ts'
import { askFront } from './page-session.ts'
import type { PageTrust } from './page-trust.ts'

/** What a hub that may be trusted says of itself. */
export interface MetHub {
  trust: PageTrust
  base: string
  /** Its clock. */
  now: number
}

interface Meeting {
  /** By what it was known until now. */
  before: PageTrust | undefined
  /** As a person gave it. */
  fingerprint: string | undefined
  clock: Clock
  say: (text: string) => void
}

/**
 * Decides whether the hub of a place may be trusted: it is known, or this machine trusts it anyway, or its fingerprint is the one that
 * was given, or a person says so who has compared it. Nothing is sent that somebody between could use. Throws `wrong_pin`,
 * `confirm_needed`, `unreachable`.
 */
export async function meetHub(place: HubPlace, { before, fingerprint, clock, say }: Meeting): Promise<MetHub> {
  const given = fingerprint === undefined ? undefined : readFingerprint(fingerprint)
  if (before !== undefined && given === undefined) {
    const known = await askFront({ ...place, trust: before }, clock).catch((error: unknown) => {
      if (error instanceof LaresError && error.code === 'wrong_pin') return null
      throw error
    })
    if (known) return { ...known, trust: before }
  }
  const shown = await lookAtHub(place, clock)
  // From here on everything is verified against what was shown: a name, a date or a server that is no hub is told before anybody
  // compares numbers.
  const front = await askFront({ ...place, trust: shown.trust }, clock)
  const where = authorityOf(place)
  if (given !== undefined) {
    if (given !== shown.fingerprint && given !== shown.own) throw another(where, shown)
  } else if (shown.trust.kind === 'system' && before === undefined) {
    say(`This machine trusts the certificate of ${where} already: nothing has to be compared.\n`)
  } else await agreeTo(where, shown, before)
  return { ...front, trust: shown.trust }
}

/** SHA-256 as hubs, browsers and openssl write it: 32 pairs, with colons or without. Throws `bad_params`. */
export function readFingerprint(text: string): string {
  const digits = text.replace(/^\s*sha-?256(?: fingerprint)?[=:\s]+/i, '').replaceAll(/[\s:]/g, '')
  if (/^[0-9a-f]{64}$/i.test(digits)) return (digits.toUpperCase().match(/../g) ?? []).join(':')
  throw new LaresError('bad_params', `"${cleanText(text)}" is no fingerprint: SHA-256 has 32 pairs`, {
    hint: 'Copy all of it from the machine of the hub: sudo lares setup, or lares hub status.',
  })
}

function another(where: string, { fingerprint }: ShownHub): LaresError {
  return new LaresError('wrong_pin', `${where} has another fingerprint: ${fingerprint}; nothing was sent`, {
    hint: 'Look at the machine of the hub which it has: sudo lares setup, or lares hub status; of a certificate of your own, openssl x509 -noout -fingerprint -sha256 -in CERT. Is it that one, write it as --fingerprint; if not, somebody stands between.',
  })
}

async function agreeTo(where: string, shown: ShownHub, before: PageTrust | undefined): Promise<void> {
  const words = questionOf(where, shown, before)
  if (!isAnybodyThere())
    throw new LaresError('confirm_needed', `nobody has compared the fingerprint of ${where}: ${shown.fingerprint}`, {
      hint:
        shown.trust.kind === 'certificate'
          ? 'Write as --fingerprint what the machine of the hub shows for the certificate that [tls] cert of hub.toml names: openssl x509 -noout -fingerprint -sha256 -in CERT.'
          : 'Compare it with what the machine of the hub shows (sudo lares setup, or lares hub status), and write that one as --fingerprint.',
    })
  const answer = await askLine(`${words}\nIs it the same, to the last pair? [yes/no] `)
  if (!/^(?:y|yes)$/i.test(answer ?? ''))
    throw new LaresError('confirm_needed', 'you are not logged in, and nothing was sent', {
      hint: 'Call it again when you have compared.',
    })
}

/** What a person has to know to answer. */
export function questionOf(where: string, { trust, fingerprint }: ShownHub, before: PageTrust | undefined): string {
  const changed =
    before === undefined
      ? []
      : before.kind === 'system'
        ? [`CAREFUL: until now this machine trusted the certificate of ${where}, and does not trust this one.`, '']
        : [
            `CAREFUL: the hub that you know at ${where} had another one:`,
            `  ${new X509Certificate(before.pem).fingerprint256}`,
            'A new installation makes a new one. Otherwise somebody stands between.',
            '',
          ]
  const whose =
    trust.kind === 'authority'
      ? `Fingerprint of the authority of the house at ${where} (SHA-256):`
      : `Fingerprint of the certificate at ${where} (SHA-256):`
  const compare =
    trust.kind === 'certificate'
      ? [
          'The hub has a certificate of its own. On its machine, with the file that [tls] cert of hub.toml names:',
          '  openssl x509 -noout -fingerprint -sha256 -in CERT',
        ]
      : ['On the machine of the hub it is shown by: sudo lares setup, or lares hub status.']
  return [...changed, whose, `  ${fingerprint}`, ...compare].join('\n')
}
