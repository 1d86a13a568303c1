import type { Inventory } from './entry.ts'

const END = 'test/end-to-end/from-elsewhere.test.ts'
const PLACE = 'test/cli/elsewhere/hub-place.test.ts'
const KEPT = 'test/cli/elsewhere/kept-hubs.test.ts'
const CONTACT = 'test/cli/elsewhere/first-contact.test.ts'
const SESSION = 'test/cli/elsewhere/page-session.test.ts'
const FETCHED = 'test/cli/elsewhere/fetch-file.test.ts'

/** The remedies of a command line that asks a hub elsewhere. */
export const ELSEWHERE: Inventory = {
  'cli/ask.ts': {
    'Look whether it was done before you say it again:': {
      because: 'it takes a connection that breaks between a request and its answer: test/cli/admin-client.test.ts',
    },
  },
  'cli/follow-work.ts': { 'When the hub is back, … shows how far it is.': 'test/cli/progress/follow-work.test.ts' },
  'cli/elsewhere/connect-elsewhere.ts': {
    'Its topics may begin with something else by now:': { because: 'a hub keeps the base with which it was begun' },
    'Log in again: ….': END,
    'Ask an administrator of this hub to open it again.': 'test/cli/elsewhere/connect-elsewhere.test.ts',
  },
  'cli/elsewhere/fetch-file.ts': { 'Call it again: each link is good once.': FETCHED },
  'cli/elsewhere/hub-place.ts': {
    'Write https, or the name alone: lares login ….': PLACE,
    'Write it like lares.local, 192.168.1.5 or hub.example:8443.': PLACE,
    'Write the address alone; the user is asked for, or given as --user.': PLACE,
  },
  'cli/elsewhere/kept-hubs.ts': {
    'Remove it and log in again: rm …, then lares login HUB.': KEPT,
    'For you alone: ….': KEPT,
    'Name one of them: --hub ….': KEPT,
    'Log in first: lares login HUB.': KEPT,
    'There is …; lares logins lists all.': KEPT,
  },
  'cli/elsewhere/known-hub.ts': {
    'Copy all of it from the machine of the hub:': CONTACT,
    'Look at the machine of the hub which it has:': CONTACT,
    'Compare it with what the machine of the hub shows': CONTACT,
    'Write as --fingerprint what the machine of the hub shows': CONTACT,
    'Call it again when you have compared.': END,
  },
  'cli/elsewhere/log-in.ts': {
    'Call this one otherwise: lares login … --name NAME.': {
      because: 'test/end-to-end/from-elsewhere.test.ts gives a name that is taken, and then another one',
    },
    'Write it as --user anna@example.com;': END,
    'Write as --user the user id that lares users token': END,
  },
  'cli/elsewhere/log-out.ts': {
    'Log in first: lares login HUB.': END,
    'Name one, or all of them: lares logout --all.': END,
  },
  'cli/elsewhere/new-file.ts': { 'Name another place: --file FILE.': FETCHED },
  'cli/elsewhere/page-session.ts': { 'Log in by a name that it has:': SESSION },
  'cli/elsewhere/ask-page.ts': { 'Look at the address and the port: lares hub status': CONTACT },
  'cli/elsewhere/page-trouble.ts': {
    'Look at the clock of both machines: timedatectl.': CONTACT,
    'Log in by a name or an address that stands in it,': CONTACT,
    'Name the port of the page: lares hub status': CONTACT,
    'Look how it is spelt and whether this machine is in the network': CONTACT,
    'Look at the address and whether the hub runs;': CONTACT,
    'Look at the address and its port (that of the page, usually': CONTACT,
    'Either the hub got another authority,': END,
  },
  'cli/lares.ts': { 'Log in on that machine (ssh) and call it there,': END },
  'cli/save-file.ts': {
    'Log in at it by the name of its certificate,': { because: 'it takes a hub with a certificate of the world' },
  },
  'cli/setup-link.ts': { 'Call sudo lares setup there.': END },
  'cli/which-hub.ts': {
    'Leave out one of them.': KEPT,
    'Name one with --hub, or say which is asked from now on:': KEPT,
  },
}
