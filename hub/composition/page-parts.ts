import { join } from 'node:path'
import { splitAddress } from '../../shared/address.ts'
import type { Cancel } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { StructuredInput } from '../engine/input.ts'
import { hashPassword, verifyPassword } from '../features/users/passwords.ts'
import { atPage } from '../front/principals-in-use.ts'
import { isLoopback, ownAddresses } from '../listen/addresses.ts'
import type { Certificate } from '../listen/certificate.ts'
import { PageCertificate } from '../listen/page-certificate.ts'
import { backupFolder, newestBackup } from '../store/places.ts'
import { authorityRoutes } from '../web/authority-routes.ts'
import type { ReadingsPage } from '../web/export-rows.ts'
import { type FilesRouteParts, filesRoute } from '../web/files-route.ts'
import { hearRoute } from '../web/hear-route.ts'
import { type LoginDesk, loginRoutes } from '../web/login-routes.ts'
import { PAGE_FOLDER } from '../web/page-files.ts'
import { PageServer } from '../web/page-server.ts'
import { type PasswordRouteParts, passwordRoute } from '../web/password-route.ts'
import { type SessionRouteParts, sessionRoute } from '../web/session-route.ts'
import { type SetupDesk, setupRoute } from '../web/setup-route.ts'
import { askedEngine } from './asked-engine.ts'
import type { Base } from './base.ts'
import type { BrokerSide } from './broker-side.ts'

/** Who is connected all the time comes by no door again: what they are logged in with is in use all the same. */
const USE_MS = 12 * 3_600_000

export interface PageParts {
  page: PageServer
  certificate: PageCertificate
  /** What is noted of those who are at the page. */
  visits: Service
}

/** The page over HTTPS, with its WebSocket to the broker and what lets people in. */
export function composePage(base: Base, { broker, parts }: BrokerSide, certificate: Certificate): PageParts {
  const { config, log, clock } = base.options
  const noted = (input: StructuredInput) =>
    void base.store.input(input).catch(() => log.debug({}, 'a visit to the page was not noted: intake is closed'))
  const { limits, failed } = base.tries
  const desk = pageDesk(base)
  const files = filesOf(base, parts)
  const own: PageCertificate = new PageCertificate({
    folder: base.options.folder,
    hub: certificate,
    isOwn: config.tls.key !== undefined,
    names: config.web.hosts,
    addresses: () => (isLoopback(splitAddress(config.listen.https).host) ? [] : ownAddresses()),
    clock,
    log: log.part('web'),
    told(problem) {
      if (problem === null) base.health.clear('page certificate')
      else
        base.health.raise('page certificate', 'page_certificate', problem.message, {
          hint: problem.hint,
          weight: problem.isNote ? 'note' : 'attention',
        })
    },
    changed: (pair) => page.renew(pair),
  })
  const page: PageServer = new PageServer({
    listen: config.listen.https,
    names: config.web.hosts,
    folder: PAGE_FOLDER,
    log: log.part('web'),
    certificate: () => own.pair,
    routes: new Map([
      ...loginRoutes({ desk, limits, failed, verify: verifyPassword }),
      [
        'password',
        passwordRoute({
          desk,
          visitorOf: visitorLookUp(base),
          limits,
          failed,
          verify: verifyPassword,
          hash: hashPassword,
        }),
      ],
      ['files', filesRoute(files)],
      ['hear', hearRoute(files)],
      ...authorityRoutes(() => own.authority),
      ['setup', setupRoute({ desk, limits, hash: hashPassword })],
      ['session', sessionRoute({ visitorOf: visitorLookUp(base), base: config.base, now: () => clock.now() })],
    ]),
    admit: (remote, close) => broker.admit(remote, close),
    handle: (stream, details) => broker.handle(stream, details),
  })
  let cancel: Cancel = () => {}
  const visits: Service = {
    start() {
      cancel = clock.every(USE_MS, () => {
        const sessions = atPage(broker.connections())
        if (sessions.length > 0) noted({ kind: 'web_sessions_used', sessions })
      })
    },
    stop() {
      cancel()
      failed.stop()
    },
  }
  return { page, certificate: own, visits }
}

function visitorLookUp(base: Base): SessionRouteParts['visitorOf'] {
  return (cookie) => askedEngine(base, { kind: 'page_visitor', cookie })
}

/** What the engine answers the page that nobody is logged in at. */
function pageDesk(base: Base): LoginDesk & SetupDesk & PasswordRouteParts['desk'] {
  const asked = <T>(input: StructuredInput) => askedEngine<T>(base, input)
  return {
    passwordOf: (of) => asked({ kind: 'password_of', ...of }),
    logIn: (login) => asked({ kind: 'page_login', login }),
    logOut: (cookie) => asked({ kind: 'page_logout', cookie }),
    askCode: (code) => asked({ kind: 'setup_code', code }),
    setUp: (wish) => asked({ kind: 'page_setup', wish }),
    changePassword: (change) => asked({ kind: 'page_password', change }),
  }
}

function filesOf(base: Base, parts: BrokerSide['parts']): FilesRouteParts {
  const { options, reader, tickets } = base
  const { folder, clock } = options
  return {
    book: tickets,
    clips: join(folder, 'clips'),
    newestBackup: () => newestBackup(backupFolder(folder)),
    loginOf: async (cookie) => (await visitorLookUp(base)(cookie))?.session ?? null,
    readings: async ({ caller }, params) =>
      (await reader.ask({ area: 'readings', verb: 'query', params, caller, now: clock.now() })) as ReadingsPage,
    speech() {
      const speech = parts.find((part) => part.speech !== undefined)?.speech
      if (speech !== undefined) return speech
      throw new LaresError('part_failed', 'what hears and speaks does not run on this hub')
    },
  }
}
