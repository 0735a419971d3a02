// Loaded before a program: its clock jumps as BANYAN_FAULT_CLOCK says. `performance.now()` goes on as it should, as a real clock that is set does not touch it.
const [how = '', amount = '0'] = (process.env.BANYAN_FAULT_CLOCK ?? '').split('=')
const RealDate = Date
const started = RealDate.now()
let asked = 0

const ways: Readonly<Record<string, () => number>> = {
  /** Always so many milliseconds off. */
  shifted: () => RealDate.now() + Number(amount),
  /** Jumps by so many milliseconds half a second after the start. */
  jumps: () => RealDate.now() + (RealDate.now() - started > 500 ? Number(amount) : 0),
  /** Stands still. */
  still: () => started,
  /** Forward and backward with every look. */
  shakes: () => RealDate.now() + (asked++ % 2 === 0 ? Number(amount) : -Number(amount)),
}
const now = ways[how] ?? RealDate.now

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => (args.length === 0 ? new target(now()) : new target(...(args as []))),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
