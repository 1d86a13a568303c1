import type { Mutation } from './mutation.ts'

const RIGHTS_TEST = 'test/hub/admin/rights.test.ts'
const AUDIT = 'test/hub/admin/audit.test.ts'
const PROGRAMS = 'test/hub/features/programs.test.ts'
const LAST_OWNER = 'test/hub/features/last-owner.test.ts'
const HOOKS = 'test/hub/front/house-hooks.test.ts'

/** What each may do in which house, and who is said to have done it. */
export const RIGHTS: readonly Mutation[] = [
  {
    without: 'the right that a command needs',
    file: 'hub/engine/authorize.ts',
    text: 'if (needs !== null && houses?.length === 0) throw refusal({ area, verb, needs }, caller)',
    becomes: '',
    test: { file: RIGHTS_TEST, name: '%s, by hand' },
  },
  {
    without: 'that question at the door',
    file: 'hub/admin/admit.ts',
    text: 'const authorized = authorize(command, caller)',
    becomes: 'const authorized = { ...caller, houses: null, sees: null }',
    test: { file: 'test/hub/admin/admin-door.test.ts', name: 'who lacks the right' },
  },
  {
    without: 'that question at the reader',
    file: 'hub/admin/reader-worker.ts',
    text: 'authorize(command, caller)',
    becomes: '{ ...caller, houses: null, sees: null }',
    test: { file: 'test/hub/admin/reader.test.ts', name: 'asks for rights itself, whoever sent the question' },
  },
  {
    without: 'the house in which a right was given',
    file: 'hub/engine/authorize.ts',
    text: 'return { ...caller, houses, ',
    becomes: "return { ...caller, houses: where('see'), ",
    test: { file: RIGHTS_TEST, name: 'who is a guest here sees this one and is told that it is not theirs to change' },
  },
  {
    without: 'keeping decisions for people',
    file: 'hub/engine/authorize.ts',
    text: "if (command.needsPerson && caller.kind !== 'person')",
    becomes: "if (command.needsPerson && caller.kind === 'program')",
    test: { file: RIGHTS_TEST, name: 'is answered to %s with %s' },
  },
  {
    without: 'the area of a grant',
    file: 'hub/engine/house-rights.ts',
    text: '(grant.area ?? area) === area && ',
    becomes: '',
    test: { file: RIGHTS_TEST, name: '%s, by hand' },
  },
  {
    without: 'the right in a house that a message needs',
    file: 'hub/front/access.ts',
    text: ' && reads(name, house)',
    becomes: '',
    test: { file: HOOKS, name: 'needs the right of its row' },
  },
  {
    without: 'keeping the addresses of other houses from an owner who misspells one',
    file: 'hub/features/users/email.ts',
    text: 'WHERE ${known.sql} ORDER BY u.email',
    becomes: 'WHERE (${known.sql} OR 1) ORDER BY u.email',
    test: { file: 'test/hub/features/people.test.ts', name: 'names to an owner only addresses of the own house' },
  },
  {
    without: 'the most that a program can have',
    file: 'hub/features/users/program-rights.ts',
    text: '.filter(({ right }) => reaches(PROGRAM_LIMIT, right))',
    becomes: '',
    test: { file: PROGRAMS, name: 'has no more than a program can, whatever stands beside its token' },
  },
  {
    without: 'that limit where rights are given',
    file: 'hub/features/users/program-rights.ts',
    text: 'RIGHTS.filter((right) => reaches(PROGRAM_LIMIT, right))',
    becomes: 'RIGHTS',
    test: { file: PROGRAMS, name: 'can be given no right like' },
  },
  {
    without: 'keeping programs out of what is for people',
    file: 'hub/features/users/email.ts',
    text: "if (role !== 'device') return",
    becomes: 'return',
    test: { file: PROGRAMS, name: 'is no person: it belongs to no house' },
  },
  {
    without: 'the rights of a token for a program that belongs to a house',
    file: 'hub/features/users/authentication.ts',
    text: "if (token.role === 'device') return programRights(token)",
    becomes: '',
    test: { file: PROGRAMS, name: 'is no person: it belongs to no house' },
  },
  {
    without: 'warning before a house has no owner',
    file: 'hub/features/house/people-commands.ts',
    text: "return ownerless === '' ? null : ",
    becomes: "return ownerless !== '' ? null : ",
    test: { file: LAST_OWNER, name: 'is told so before the account is closed or deleted' },
  },
  {
    without: 'counting only owners who can log in',
    file: 'hub/features/house/last-owner.ts',
    text: ' AND u.is_active = 1',
    becomes: '',
    test: { file: LAST_OWNER, name: 'is not, where another one is left who can log in' },
  },
  {
    without: 'warning before nobody administers',
    file: 'hub/features/users/nobody-left.ts',
    text: 'administrators.length === 1 && administrators[0] === user',
    becomes: 'administrators.length === 0',
    test: { file: LAST_OWNER, name: 'is told so before the account is closed or deleted' },
  },
  {
    without: 'rights for known roles of a house only',
    file: 'hub/features/house/member-rights.ts',
    text: 'if (grant) rights',
    becomes: "if (grant || role !== '') rights",
    test: { file: 'test/hub/features/authentication.test.ts', name: 'and none of a role that nobody knows' },
  },
  {
    without: 'saying in each row of the audit who asked',
    file: 'hub/admin/run-command.ts',
    text: 'context.addEvent({ ...event, caller })',
    becomes: 'context.addEvent(event)',
    test: { file: AUDIT, name: 'says in every row who asked: principal, token, client, address and login' },
  },
  {
    without: 'saying that a request was only answered again',
    file: 'hub/admin/run-command.ts',
    text: '...(repeated ? { repeated } : {})',
    becomes: '',
    test: { file: AUDIT, name: 'of a request that comes again says who sent it again' },
  },
  {
    without: 'a trace for each token and address that asks',
    file: 'hub/admin/read-notes.ts',
    text: 'caller.token, caller.address, ',
    becomes: '',
    test: { file: AUDIT, name: 'is kept of questions for each token and address' },
  },
  {
    without: 'keeping what is in houses out of the health that everybody reads',
    file: 'hub/front/announcer.ts',
    text: 'withoutDetails(report))',
    becomes: 'report)',
    test: { file: 'test/hub/front/announcer.test.ts', name: 'and nothing of what is in any house' },
  },
  {
    without: 'keeping the numbers and troubles of all houses for administrators',
    file: 'hub/features/hub/commands.ts',
    text: '...(caller.houses === null ? numbersOfAll(context) : {})',
    becomes: '...numbersOfAll(context)',
    test: { file: RIGHTS_TEST, name: 'hears of the hub only its version, its clock and the own devices' },
  },
]
