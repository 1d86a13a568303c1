import type { Inventory } from './entry.ts'

const CERTIFICATE = 'test/hub/listen/page-certificate.test.ts'
const HEAR = { because: 'test/hub/web/hear-route.test.ts sends what is refused, and what is heard' }
const SPEAKS = { because: 'test/hub/talk/page-speech.test.ts has engines that never end, and some that answer' }
const FILES = 'test/hub/web/files-route.test.ts'
const ROUTES = 'test/hub/web/login-routes.test.ts'
const AGAIN = 'test/hub/web/password-again.test.ts'
const SETUP = 'test/hub/features/logins/setup.test.ts'
const SESSIONS = 'test/hub/features/logins/web-sessions.test.ts'

/** The remedies of the page, and of logging in there. */
export const PAGE: Inventory = {
  'hub/features/logins/': {
    'See where you are logged in: lares users sessions.': SESSIONS,
    'Log in at the page, or ask with a token of your own: lares': {
      because: 'test/hub/features/logins/web-sessions.test.ts ends logins from a browser',
    },
    'Make another link on the machine of the hub: sudo lares setup.': SETUP,
    'If that was you, log in with your e-mail address and password. …': {
      because: 'a person knows whether it was they: test/hub/features/logins/setup.test.ts has its words',
    },
    'Use an address that gets mail.': SETUP,
  },
  'hub/listen/page-certificate.ts': {
    'Put newer files in the place of [tls] key and cert of hub.': CERTIFICATE,
    'The hub renews it by itself: look whether its clock is right': {
      because: 'it takes a clock that is a year ahead: test/hub/listen/page-certificate.test.ts renews it',
    },
    'Name a certificate for it in [tls] key and cert of hub.toml,': CERTIFICATE,
  },
  'hub/listen/house-authority.ts': { 'Put both back from a backup. Without one remove both and': CERTIFICATE },
  'hub/composition/admin-door-parts.ts': {
    'lares hub health says why. Restart the hub; if it says so': {
      because: 'it takes a fault of ours as a part is opened',
    },
  },
  'hub/features/files/': { 'See what is kept: lares sessions list.': 'test/hub/features/files/handing-out.test.ts' },
  'hub/web/files-route.ts': {
    'The hub makes one within the hour. At once: lares hub backup': FILES,
  },
  'hub/web/shown-ticket.ts': { 'Ask for it again: each link is good once, for a minute, for whoever': FILES },
  'hub/web/hear-route.ts': {
    'Say it in two.': HEAR,
    'Send 16 kHz, one channel, 16 bits a sample, the lower byte first, without a header.': HEAR,
  },
  'hub/talk/page-speech.ts': {
    'On its machine: lares voice install. Others, and other languages: docs/voice.md.': {
      because: 'test/end-to-end/voice-install.test.ts installs it, and a spoken conversation is heard with it',
    },
    'On its machine: sudo apt install flite espeak-ng. Others, and other languages: docs/voice.md.': {
      because: 'what test/end-to-end/spoken-conversation.test.ts hears is spoken by them',
    },
    'lares voice install brings English alone. What understands other languages: docs/voice.md, "Whisper, Piper and others elsewhere".':
      {
        because: 'test/end-to-end/browser/talk-page.test.ts has a server of that kind, and is heard by it',
      },
    'Say less at once.': SPEAKS,
    'Say it again. Which of them is slow says lares voice doctor on its machine.': SPEAKS,
  },
  'hub/web/': {
    'Try again in ….': { because: 'test/hub/web/login-routes.test.ts waits as long as it says' },
    'Send it with Content-Type: application/json.': ROUTES,
    'docs/web.md, "For programs", says what is sent here.': ROUTES,
    'Send less.': ROUTES,
    'Look whether capitals are locked.': [ROUTES, AGAIN],
    'Log in at the page as an administrator, or do it on the': AGAIN,
    'Type the password that you log in at the page with.': AGAIN,
    'Log in again.': ROUTES,
    'Open the page of the hub itself; a program says the same origin.': ROUTES,
    'Ask an administrator of this hub to open it again.': ROUTES,
  },
}
