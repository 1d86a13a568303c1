import type { Mutation } from './mutation.ts'

const AUTHENTICATION = 'test/hub/features/authentication.test.ts'
const JOINING = 'test/hub/features/devices/joining.test.ts'
const HOUSE_HOOKS = 'test/hub/front/house-hooks.test.ts'
const ACCESS_TEST = 'test/hub/front/access.test.ts'
const PEOPLE = 'test/hub/features/people.test.ts'
const COMMANDS = 'test/hub/admin/commands.test.ts'
const EXPIRY = 'test/hub/admin/expiry.test.ts'
const DOOR = 'test/hub/admin/admin-door.test.ts'
const READER = 'test/hub/admin/reader.test.ts'

/** Who may come in, what each may say and hear, and what a command needs. */
export const ACCESS: readonly Mutation[] = [
  {
    without: 'comparing the secret of a device',
    file: 'hub/features/users/authentication.ts',
    text: "if (!matches(row.auth_token_hash, password)) return refuse(4, 'unknown user or token')",
    becomes: '',
    test: { file: AUTHENTICATION, name: 'hears the same for an unknown name as for a wrong secret' },
  },
  {
    without: 'refusing revoked devices',
    file: 'hub/features/users/authentication.ts',
    text: "if (row.revoked_at !== null) return refuse(5, 'this device was revoked')",
    becomes: '',
    test: { file: AUTHENTICATION, name: 'includes revoked devices, deactivated people and tokens past their time' },
  },
  {
    without: 'refusing people who were deactivated',
    file: 'hub/features/users/authentication.ts',
    text: "if (row.is_active === 0) return refuse(5, 'this user was deactivated')",
    becomes: '',
    test: { file: AUTHENTICATION, name: 'includes revoked devices, deactivated people and tokens past their time' },
  },
  {
    without: 'looking at the end of a token',
    file: 'hub/features/users/authentication.ts',
    text: '(row.expires_at !== null && row.expires_at <= context.now)',
    becomes: 'row.expires_at === 0',
    test: { file: AUTHENTICATION, name: 'includes revoked devices, deactivated people and tokens past their time' },
  },
  {
    without: 'binding a device to its own client id',
    file: 'hub/features/users/authentication.ts',
    text: "if (!voice && clientId !== id && clientId !== '')",
    becomes: "if (!voice && clientId === '+')",
    test: { file: AUTHENTICATION, name: 'a device with a free client id' },
  },
  {
    without: 'keeping wildcards and separators out of client ids',
    file: 'hub/features/users/authentication.ts',
    text: "if (clientId !== '' && !SAFE_LEVEL.test(clientId))",
    becomes: "if (clientId === '\\0')",
    test: { file: AUTHENTICATION, name: 'an id with a slash' },
  },
  {
    without: 'shutting out who is connected with a token that ends',
    file: 'hub/features/users/tokens.ts',
    text: "context.effect({ kind: 'disconnect_user', user: user_id, token: id, reason: 'its token has expired' })",
    becomes: 'void [id, user_id]',
    test: { file: PEOPLE, name: 'expires when it was said to, also for who is connected then' },
  },
  {
    without: 'counting wrong codes against their invitation',
    file: 'hub/features/devices/joining.ts',
    text: 'if (row.tries >= INVITATION.tries) throw',
    becomes: 'if (row.tries < 0) throw',
    test: { file: JOINING, name: 'is burnt by five wrong codes, at the door and behind it' },
  },
  {
    without: 'comparing the whole code of an invitation',
    file: 'hub/features/devices/joining.ts',
    text: "if (!sameHash(row.code_hash, hashSecret(code))) throw new LaresError('bad_code', 'this hub made no such invitation')",
    becomes: '',
    test: { file: JOINING, name: 'is burnt by five wrong codes, at the door and behind it' },
  },
  {
    without: 'the end of an invitation after ten minutes',
    file: 'hub/features/devices/joining.ts',
    text: 'row.device_id === null && (left <= 0 || left > INVITATION.ageMs + CLOCK_STEP_MS)',
    becomes: 'left > INVITATION.ageMs + CLOCK_STEP_MS',
    test: { file: JOINING, name: 'ends after ten minutes' },
  },
  {
    without: 'distrusting an invitation that a wrong clock made last for years',
    file: 'hub/features/devices/joining.ts',
    text: ' || left > INVITATION.ageMs + CLOCK_STEP_MS',
    becomes: '',
    test: {
      file: JOINING,
      name: 'is good for ten minutes only, also where the clock was years ahead when it was made',
    },
  },
  {
    without: 'keeping a used invitation for the device that used it',
    file: 'hub/features/devices/joining.ts',
    text: "if (!sameHash(row.used_secret_hash ?? '', secretHash))",
    becomes: "if (secretHash === '')",
    test: { file: JOINING, name: 'gives the same answer to the same secret, even late, and none to another' },
  },
  {
    without: 'refusing to invite while nobody knows the time',
    file: 'hub/features/devices/joining.ts',
    text: 'if (context.clockSynced === false)',
    becomes: 'if (context.now < 0)',
    test: { file: JOINING, name: 'is not made while the hub does not know what time it is' },
  },
  {
    without: 'the own levels in what may be published',
    file: 'hub/front/access.ts',
    text: 'topicRow(name).from.includes(party) && isOwn(levels)',
    becomes: 'topicRow(name).from.includes(party)',
    test: { file: HOUSE_HOOKS, name: 'is acknowledged, kept as rejected, counted, and logged once' },
  },
  {
    without: 'the own levels in what may be read',
    file: 'hub/front/access.ts',
    text: 'rows.has(name) && isOwn(levels) && reads(name, house)',
    becomes: 'rows.has(name) && reads(name, house)',
    test: { file: HOUSE_HOOKS, name: 'is decided by the table, whatever filter it holds' },
  },
  {
    without: 'keeping devices and joiners to their own branch',
    file: 'hub/front/access.ts',
    text: '(held(filter) && brings(filter))',
    becomes: 'brings(filter)',
    test: { file: ACCESS_TEST, name: 'when a person, holds any filter that can bring something' },
  },
  {
    without: 'the houses of a person in what is delivered',
    file: 'hub/front/access.ts',
    text: '(house !== null && allowed.has(house))',
    becomes: 'house !== null',
    test: { file: HOUSE_HOOKS, name: 'to a person or an integration is of the own houses' },
  },
  {
    without: 'refusing everybody while nothing can be stored',
    file: 'hub/front/house-hooks.ts',
    text: 'if (fault !== null) return { refuse: 3, reason: fault }',
    becomes: '',
    test: { file: HOUSE_HOOKS, name: 'is refused with 3 while nothing can be stored' },
  },
  {
    without: 'closing without PUBACK what could not be stored',
    file: 'hub/front/house-hooks.ts',
    text: "verdict === 'fault' ? 'close' : 'absorb'",
    becomes: "verdict === 'fault' ? 'absorb' : 'absorb'",
    test: { file: HOUSE_HOOKS, name: 'that could not be stored closes its connection without an acknowledgement' },
  },
  {
    without: 'looking again at rights that changed while somebody came in',
    file: 'hub/front/house-hooks.ts',
    text: '(this.#endings.get(ownerOf(principal)) ?? 0) > admitted.since',
    becomes: 'admitted.since < 0',
    test: { file: 'test/hub/front/rights-at-once.test.ts', name: 'shut out who was judged by the old ones' },
  },
  {
    without: 'the newest connection in what is said of a device that went',
    file: 'hub/front/house-hooks.ts',
    text: ' || this.#newest.get(principal.id) !== connection.number',
    becomes: '',
    test: { file: HOUSE_HOOKS, name: 'its voice is not, and the end of an older one says nothing' },
  },
  {
    without: 'refusing retained requests',
    file: 'hub/admin/admit.ts',
    text: "if (retained) throw new LaresError('retained_request', `the request ${area}/${verb} was retained`)",
    becomes: '',
    test: { file: DOOR, name: 'a retained request' },
  },
  {
    without: 'asking before something is taken away',
    file: 'hub/admin/admin-door.ts',
    text: "const loss = await this.#parts.danger(asked, params)\n    if (loss !== null) throw new LaresError('confirm_needed', loss)",
    becomes: '',
    test: { file: DOOR, name: 'and runs it only when that is confirmed' },
  },
  {
    without: 'that question in the engine too',
    file: 'hub/admin/run-command.ts',
    text: "if (loss !== null) throw new LaresError('confirm_needed', loss)",
    becomes: '',
    test: { file: COMMANDS, name: 'is run by the engine without confirm only where it takes nothing away' },
  },
  {
    without: 'asking once more what is true when the second of two is run',
    file: 'hub/admin/admin-door.ts',
    text: "await this.#parts.run({ kind: 'command', ...withoutSecrets(asked, command), prepared })",
    becomes:
      "await this.#parts.run({ kind: 'command', ...withoutSecrets({ ...asked, request: { ...asked.request, confirm: true } }, command), prepared })",
    test: { file: DOOR, name: 'and hands it on unconfirmed when it takes nothing' },
  },
  {
    without: 'remembering what a request was answered',
    file: 'hub/admin/run-command.ts',
    text: 'if (known) return { response: known, repeated: true, held: false }',
    becomes: '',
    test: { file: EXPIRY, name: 'and was run before is answered again, also when it comes too late' },
  },
  {
    without: 'comparing what a repeated id is used for',
    file: 'hub/admin/request-memory.ts',
    text: 'if (row.content_hash !== contentHash(command, asked))',
    becomes: "if (row.content_hash === '')",
    test: { file: COMMANDS, name: 'with an id that was used for something else is refused' },
  },
  {
    without: 'keeping secrets out of remembered answers',
    file: 'hub/admin/request-memory.ts',
    text: 'command.secretAnswer ? null : JSON.stringify(response)',
    becomes: 'JSON.stringify(response)',
    test: { file: COMMANDS, name: 'is in no remembered request, no event and no second answer' },
  },
  {
    without: 'the time within which a request is run',
    file: 'hub/admin/admit.ts',
    text: 'if (deadline === undefined || mono < deadline) return',
    becomes: 'if (deadline === undefined || mono > 0) return',
    test: { file: EXPIRY, name: 'is not run by the engine after that, whatever it waited for, and changes nothing' },
  },
  {
    without: 'that time behind other questions',
    file: 'hub/admin/reader.ts',
    text: 'if (deadline === undefined || this.#clock.mono() < deadline) return question',
    becomes: 'if (deadline !== -1) return question',
    test: { file: EXPIRY, name: 'is not asked of the reader after it waited behind others for longer' },
  },
  {
    without: 'a bound on the questions of one principal',
    file: 'hub/admin/fair-queue.ts',
    text: 'if (waiting.length >= this.#perOwner) return false',
    becomes: '',
    test: { file: READER, name: 'refuses the questions of one who has enough waiting' },
  },
  {
    without: 'turns between those who ask',
    file: 'hub/admin/fair-queue.ts',
    text: 'this.#owners.delete(owner)\n    if (waiting.length > 0) this.#owners.set(owner, waiting)',
    becomes: 'if (waiting.length === 0) this.#owners.delete(owner)',
    test: { file: 'test/hub/admin/fair-queue.test.ts', name: 'lets owners take turns, and each keep its order' },
  },
  {
    without: 'the end of a question that takes too long',
    file: 'hub/admin/reader.ts',
    text: 'void this.#end().then(() => this.#next())',
    becomes: 'this.#next()',
    test: { file: READER, name: 'gives a question up after ten seconds and answers the next one' },
  },
  {
    without: 'hiding from callers what failed in the hub',
    file: 'hub/engine/answer-later.ts',
    text: "new LaresError('internal', 'the hub failed to answer', { cause: error })",
    becomes: "new LaresError('internal', String(error), { cause: error })",
    test: {
      file: DOOR,
      name: 'what could not be prepared for a reason nobody foresaw, without telling it to the caller',
    },
  },
]
