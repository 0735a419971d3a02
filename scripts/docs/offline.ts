// Loaded before an example: connections that leave this machine are refused, so that what the documentation shows runs without a network.
import net from 'node:net'

const connect = net.Socket.prototype.connect
const local = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

net.Socket.prototype.connect = function (this: net.Socket, ...given: unknown[]) {
  const [first] = Array.isArray(given[0]) ? (given[0] as unknown[]) : given
  const options = typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : undefined
  const host = options?.host ?? (typeof first === 'number' && typeof given[1] === 'string' ? given[1] : 'localhost')
  if (options?.path === undefined && !local.test(host)) throw new Error(`this example may not leave the machine; it connects to ${host}`)
  return connect.apply(this, given as unknown as Parameters<typeof connect>)
} as typeof connect
