/** Tests of what could differ between processors: compiled code, and code that deals with bytes, sums and threads. */
export const CHOSEN = [
  // better-sqlite3; the hub's store, its threads and its argon2 are in test/arm64/house.test.ts
  'test/shared/sqlite/*.test.ts',
  'test/edge/outbox/outbox.test.ts',
  // TLS up to the pin
  'test/edge/link/pinned-socket.test.ts',
  // the voice detector in WebAssembly, and samples of sound as bytes
  'test/edge/hearing/{framer,vad}.test.ts',
  'test/hub/voice/wav-{file,header}.test.ts',
  // what goes over the wire and to central
  'test/shared/codec.test.ts',
  'test/hub/sync/{chain,encode}.test.ts',
  // the epoll of onoff. The contract of GPIO ports starts an emulated Node for each of its tests, which takes minutes
  'test/arm64/compiled.test.ts',
]
