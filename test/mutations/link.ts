import type { Mutation } from './mutation.ts'

const PINNED = 'test/edge/link/pinned-socket.test.ts'
const JOIN = 'test/edge/link/join.test.ts'
const LOOP = 'test/edge/link/connect-loop.test.ts'
const ORDERS = 'test/edge/orders/command-runner.test.ts'
const CERTIFICATE = 'test/hub/listen/certificate.test.ts'

/** How an agent knows its hub, keeps its secret, comes back, and does what it is told once. */
export const LINK: readonly Mutation[] = [
  {
    without: 'comparing the key of the server with the pin',
    file: 'edge/link/pinned-socket.ts',
    text: 'if (shown !== pin) {',
    becomes: 'if (shown === null) {',
    test: { file: PINNED, name: 'never writes one byte to a server with another key' },
  },
  {
    without: 'a time for the handshake',
    endless: true,
    file: 'edge/link/pinned-socket.ts',
    text: '      give(unreachable(address, `no answer within ${Math.round(timeoutMs / 1_000)} s`)),',
    becomes: '      {},',
    test: { file: PINNED, name: 'gives up a server that accepts and then keeps quiet' },
  },
  {
    without: 'keeping the secret on the disk before it is sent',
    file: 'edge/link/join.ts',
    text: 'writePendingJoin(dataFolder, { invitation, secret })',
    becomes: '',
    test: { file: JOIN, name: 'sends the same secret when the answer was lost, so nothing is lost' },
  },
  {
    without: 'another secret for another invitation',
    file: 'edge/link/join.ts',
    text: 'if (pending?.invitation === invitation) return pending.secret',
    becomes: 'if (pending) return pending.secret',
    test: { file: JOIN, name: 'makes another secret for another invitation' },
  },
  {
    without: 'refusing to give away an identity that is here',
    file: 'edge/link/join.ts',
    text: 'if (!options.again && readDeviceIdentity(options.dataFolder) !== null)',
    becomes: "if (!options.again && options.dataFolder === '')",
    test: { file: JOIN, name: 'refuses to give away an identity it has, unless told to' },
  },
  {
    without: 'looking who else may read the identity',
    file: 'edge/link/device-identity.ts',
    text: '(statSync(file).mode & 0o077) !== 0',
    becomes: 'statSync(file).mode === 0',
    test: { file: JOIN, name: 'does not use an identity that others can read' },
  },
  {
    without: 'hiding small files from others',
    file: 'shared/durable-file.ts',
    text: 'mode = 0o600',
    becomes: 'mode = 0o644',
    test: { file: JOIN, name: 'writes an identity that only its owner can read' },
  },
  {
    without: 'trying the address first that was good',
    file: 'edge/link/connect-loop.ts',
    text: 'this.#lastGood = address',
    becomes: '',
    test: { file: LOOP, name: 'tries all addresses before it backs off, and the one that was good goes first' },
  },
  {
    without: 'keeping away for as long as somebody knows that it is better',
    file: 'edge/link/connect-loop.ts',
    text: 'if (!known) return this.#backoff.wait(clock, signal)\n',
    becomes: 'if (known !== undefined) return this.#backoff.wait(clock, signal)\n',
    test: { file: LOOP, name: 'keeps away for as long as somebody knows that it is better' },
  },
  {
    without: 'starting from the shortest delay after a connection that lasted',
    file: 'edge/link/connect-loop.ts',
    text: 'if (openedAt !== null && clock.mono() - openedAt >= LASTED_MS) this.#backoff.reset()',
    becomes: '',
    test: { file: LOOP, name: 'comes back at once after a connection that lasted, and ever later after short ones' },
  },
  {
    without: 'growing the delay after connections that end at once',
    file: 'edge/link/connect-loop.ts',
    text: 'clock.mono() - openedAt >= LASTED_MS',
    becomes: 'clock.mono() >= openedAt',
    test: { file: LOOP, name: 'comes back at once after a connection that lasted, and ever later after short ones' },
  },
  {
    without: 'a cap on the delay',
    file: 'shared/backoff.ts',
    text: 'Math.min(capMs, firstMs',
    becomes: 'Math.max(0, firstMs',
    test: { file: 'test/shared/backoff.test.ts', name: 'doubles up to the cap' },
  },
  {
    without: 'jitter, so that a whole house comes back in step',
    file: 'shared/backoff.ts',
    text: 'Math.round(plain * (0.5 + random()))',
    becomes: 'Math.round(plain)\n    void random',
    test: { file: 'test/shared/backoff.test.ts', name: 'doubles up to the cap' },
  },
  {
    without: 'looking whether a command came too late',
    file: 'edge/orders/command-runner.ts',
    text: 'if (clock.mono() >= deadline)',
    becomes: 'if (clock.mono() < 0)',
    test: { file: ORDERS, name: 'expire on the monotonic clock, also while they wait for another' },
  },
  {
    without: 'keeping the id of a command before it runs',
    file: 'edge/orders/command-runner.ts',
    text: 'if (!handled.begin(command.id, command.name) && !this.#makesSafe(command)) return this.#refuseForDisk(command)',
    becomes: 'handled.begin(command.id, command.name)',
    test: { file: ORDERS, name: 'are not run while the disk cannot keep their ids' },
  },
  {
    without: 'answering for commands that a power cut interrupted',
    file: 'edge/orders/command-runner.ts',
    text: "this.#answer(failed(id, 'internal', `the agent stopped while it ran ${name}`))",
    becomes: 'void [id, name]',
    test: { file: ORDERS, name: 'that a power cut interrupted are answered with an error and never run again' },
  },
  {
    without: 'the answer of a command in one transaction with its id',
    file: 'edge/orders/command-runner.ts',
    text: 'const written = outbox.result(result, () => handled.finish(result))',
    becomes: 'const written = outbox.result(result)',
    test: { file: ORDERS, name: 'are remembered over a restart' },
  },
  {
    without: "hiding the hub's key from others",
    file: 'hub/listen/certificate.ts',
    text: 'writeFileSync(file, bytes, { mode: 0o600 })',
    becomes: 'writeFileSync(file, bytes)',
    test: { file: CERTIFICATE, name: 'can be read by nobody else, however the files of this user are made otherwise' },
  },
  {
    without: 'looking whether key and certificate belong together',
    file: 'hub/listen/certificate.ts',
    text: 'if (!certificate.checkPrivateKey(secret))',
    becomes: "if (files.key === '')",
    test: { file: CERTIFICATE, name: 'is refused when its key is that of another, and nothing takes its place' },
  },
  {
    without: 'keeping a key that is there, by which agents know the hub',
    file: 'hub/listen/certificate.ts',
    text: 'const isNew = !existsSync(key)',
    becomes: 'const isNew = true',
    test: { file: CERTIFICATE, name: 'is made anew when it is lost, for the key that agents know the hub by' },
  },
]
