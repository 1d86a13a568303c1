import type { Mutation } from './mutation.ts'

const CONTACT = 'test/cli/elsewhere/first-contact.test.ts'
const SESSION = 'test/cli/elsewhere/page-session.test.ts'
const KEPT = 'test/cli/elsewhere/kept-hubs.test.ts'
const FETCHED = 'test/cli/elsewhere/fetch-file.test.ts'
const LOGIN = 'test/cli/elsewhere/log-in.test.ts'

/** A command line that asks a hub elsewhere. */
export const ELSEWHERE_ASKED: readonly Mutation[] = [
  {
    without: 'comparing each connection with what the hub is known by',
    file: 'cli/elsewhere/page-trust.ts',
    text: 'rejectUnauthorized: true,',
    becomes: 'rejectUnauthorized: false,',
    test: { file: SESSION, name: 'says neither password nor cookie to a server that is not the one of the login' },
  },
  {
    without: 'a person who has compared the fingerprint',
    file: 'cli/elsewhere/known-hub.ts',
    text: '} else await agreeTo(where, shown, before)',
    becomes: '}',
    test: { file: CONTACT, name: 'is not trusted where nobody has compared' },
  },
  {
    without: 'comparing the fingerprint that was given',
    file: 'cli/elsewhere/known-hub.ts',
    text: 'if (given !== shown.fingerprint && given !== shown.own) throw another(where, shown)',
    becomes: '',
    test: { file: CONTACT, name: 'is refused where it has another fingerprint than the one that was given' },
  },
  {
    without: 'trusting of authorities only those of houses',
    file: 'cli/elsewhere/first-look.ts',
    text: 'one.ca && OF_HOUSE.test(one.subject) && ',
    becomes: 'one.ca && ',
    test: { file: CONTACT, name: 'is not known by an authority that may sign for others too' },
  },
  {
    without: 'a bound on what a server answers',
    file: 'cli/elsewhere/ask-page.ts',
    text: 'if (bytes > ANSWER_BYTES)',
    becomes: 'if (bytes > 100 * ANSWER_BYTES)',
    test: { file: CONTACT, name: 'says more than an answer can have: nothing of it is believed' },
  },
  {
    without: 'an end to waiting for an answer that drips',
    file: 'cli/elsewhere/ask-page.ts',
    text: 'clock.after(ANSWER_MS, () =>',
    becomes: 'clock.after(10 * ANSWER_MS, () =>',
    test: { file: CONTACT, name: 'is waited for no longer than a person would, however slowly it answers' },
  },
  {
    without: 'cleaning what a server says',
    file: 'cli/elsewhere/page-trouble.ts',
    text: 'return cutText(cleanText(text), SAID_LENGTH)',
    becomes: 'return cutText(text, SAID_LENGTH)',
    test: { file: SESSION, name: 'is told how long to wait, in one line of plain text' },
  },
  {
    without: 'taking no cookie but the one of a login',
    file: 'cli/elsewhere/page-session.ts',
    text: 'if (cookie === undefined || !COOKIE_VALUE.test(cookie))',
    becomes: 'if (cookie === undefined)',
    test: { file: SESSION, name: 'takes no other cookie' },
  },
  {
    without: 'a file of logins that nobody else can read',
    file: 'cli/elsewhere/kept-hubs.ts',
    text: 'if (!isMine || (mode & FOR_OTHERS) !== 0)',
    becomes: 'if (!isMine)',
    test: { file: KEPT, name: 'is not used where others may read it or change it' },
  },
  {
    without: 'a folder of logins in which nobody else can put a file',
    file: 'cli/elsewhere/kept-hubs.ts',
    text: '(statSync(folder).mode & WRITABLE_FOR_OTHERS) !== 0',
    becomes: 'folder === file',
    test: { file: KEPT, name: 'is not used where others may put another file in its place' },
  },
  {
    without: 'the hub of a machine before any login',
    file: 'cli/which-hub.ts',
    text: 'if (isHere || isHubHere()) return',
    becomes: 'if (isHere) return',
    test: { file: KEPT, name: 'is the one of this machine where it has one, unless another is named' },
  },
  {
    without: 'keeping the cookie from another hub at the same address',
    file: 'cli/elsewhere/log-in.ts',
    text: "isSame && kept?.kind === 'session'",
    becomes: "kept?.kind === 'session'",
    test: { file: LOGIN, name: 'shows the cookie of a hub to no other that is there by now' },
  },
  {
    without: 'ending a login that cannot be used',
    file: 'cli/elsewhere/log-in.ts',
    text: 'await postLogout(hub, hub.login.cookie, clock).catch(() => undefined)',
    becomes: 'await undefined',
    test: { file: LOGIN, name: 'leaves no login behind that cannot be used, and keeps what was' },
  },
  {
    without: 'forgetting a login whatever its hub answers',
    file: 'cli/elsewhere/log-out.ts',
    text: '    forget(hub)\n',
    becomes: '',
    test: { file: LOGIN, name: 'forgets it here also where the hub is another one by now' },
  },
  {
    without: 'a bound on packets that are put together',
    file: 'cli/elsewhere/packet-bound.ts',
    text: 'return this.#length <= MOST_PACKET_BYTES',
    becomes: 'return true',
    test: { file: 'test/cli/elsewhere/packet-bound.test.ts', name: 'is none that says it is larger' },
  },
  {
    without: 'following no link but those to files of the hub',
    file: 'cli/elsewhere/fetch-file.ts',
    text: 'if (!LINK.test(path)) throw',
    becomes: "if (path === '') throw",
    test: { file: FETCHED, name: 'is not looked for where no file of a hub can be' },
  },
  {
    without: 'making no path of the name of a file',
    file: 'cli/elsewhere/new-file.ts',
    text: "      .replaceAll(/[/\\\\]/g, '_')\n",
    becomes: '',
    test: { file: FETCHED, name: 'the name of such a file' },
  },
  {
    without: 'never putting a file in the place of another',
    file: 'cli/elsewhere/new-file.ts',
    text: 'linkSync(this.#part, this.path)',
    becomes: 'renameSync(this.#part, this.path)',
    test: { file: FETCHED, name: 'takes the place of none that is there, also of one that came meanwhile' },
  },
  {
    without: 'taking away what was fetched in part',
    file: 'cli/elsewhere/fetch-file.ts',
    text: '    into?.discard()\n',
    becomes: '',
    test: { file: FETCHED, name: 'that breaks off leaves nothing' },
  },
  {
    without: 'refusing an address with a password in it',
    file: 'cli/elsewhere/hub-place.ts',
    text: "if (url.username !== '' || url.password !== '')",
    becomes: "if (url.hostname === '')",
    test: {
      file: 'test/cli/elsewhere/hub-place.test.ts',
      name: 'is refused where it is none, or would show what is secret',
    },
  },
  {
    without: 'a command that is sent by one connection alone',
    file: 'cli/admin-client.ts',
    text: 'reconnectPeriod: 0,',
    becomes: 'reconnectPeriod: 1,',
    test: { file: 'test/cli/admin-client.test.ts', name: 'is not sent again' },
  },
  {
    without: 'a rest between lines where there is no terminal',
    file: 'shared/terminal/progress-report.ts',
    text: ' || now - this.#saidAt < LINE_MS',
    becomes: '',
    test: { file: 'test/cli/work/follow-work.test.ts', name: 'is a line now and then where there is no terminal' },
  },
  {
    without: 'a bar that fits one line',
    file: 'shared/terminal/progress-line.ts',
    text: 'columnsOf(this.#outlet) ?? Number.POSITIVE_INFINITY',
    becomes: 'Number.POSITIVE_INFINITY',
    test: { file: 'test/cli/work/follow-work.test.ts', name: 'never fills more than one line' },
  },
  {
    without: 'giving a shell what a hub answers as it stands',
    file: 'cli/completion/bash.ts',
    text: '[[ $one == "$cur"* ]] && COMPREPLY+=("$one")',
    becomes: 'words="$words $one"',
    test: { file: 'test/cli/completion.test.ts', name: 'runs nothing of what the hub answers' },
  },
  {
    without: 'offering no shell what it would run',
    file: 'cli/completion/typed-word.ts',
    text: 'return text.length <= 200 && ',
    becomes: 'return text.length > 0 || ',
    test: { file: 'test/cli/completion.test.ts', name: 'offers no shell what it would run or part' },
  },
  {
    without: 'a rest for a hub that does not answer a shell',
    file: 'cli/completion/completion-cache.ts',
    text: 'const AWAY_MS = 10_000',
    becomes: 'const AWAY_MS = 0',
    test: {
      file: 'test/cli/completion-cache.test.ts',
      name: 'stands in for a hub that is away, which is not asked at each key',
    },
  },
  {
    without: 'cleaning what a hub says is wrong',
    file: 'cli/admin-client.ts',
    text: 'cleanText(error.message)',
    becomes: 'error.message',
    test: {
      file: 'test/cli/elsewhere/connect-elsewhere.test.ts',
      name: 'is shown without a sign that a terminal obeys',
    },
  },
  {
    without: 'ending a connection with a packet that is too large',
    file: 'cli/elsewhere/connect-elsewhere.ts',
    text: 'if (!bound.take(piece)) peer.terminate()',
    becomes: 'bound.take(piece)',
    test: {
      file: 'test/cli/elsewhere/connect-elsewhere.test.ts',
      name: 'ends where a packet claims to be larger than an answer can be',
    },
  },
]
