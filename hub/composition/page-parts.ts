import type { Certificate } from '../listen/certificate.ts'
import { PAGE_FOLDER } from '../web/page-files.ts'
import { PageServer } from '../web/page-server.ts'
import type { Base } from './base.ts'
import type { BrokerSide } from './broker-side.ts'

/** The page over HTTPS, with its WebSocket to the broker. */
export function composePage({ options }: Base, { broker }: BrokerSide, certificate: Certificate): PageServer {
  const { config, log } = options
  return new PageServer({
    listen: config.listen.https,
    names: config.web.hosts,
    folder: PAGE_FOLDER,
    log: log.part('web'),
    certificate,
    routes: new Map(),
    admit: (remote, close) => broker.admit(remote, close),
    handle: (stream, details) => broker.handle(stream, details),
  })
}
