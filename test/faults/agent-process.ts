import { runEdge } from '../../edge/main.ts'

process.exitCode = await runEdge(process.argv.slice(2))
