import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Grant, Ledger } from './budget.ts'

describe('grants', () => {
  it('are cut as needed, and what is not drawn can be granted again', () => {
    const ledger = new Ledger({ tokens: 100 })
    const first = ledger.grant({ tokens: 60 }, 1, false)!
    expect(ledger.grant({ tokens: 60 }, 1, true)).toBeUndefined()
    expect(ledger.grant({ tokens: 60 }, 1, false)!.granted).toEqual({ tokens: 40 })
    first.spend({ tokens: 10 })
    ledger.settle(first)
    expect(ledger.available('tokens')).toBe(50)
  })

  it('divide what is left where the need is not stated', () => {
    const ledger = new Ledger({ calls: 9, usd: 1 })
    expect(ledger.grant({}, 3, false)!.granted).toEqual({ calls: 3, usd: 1 / 3 })
  })

  it('reserve for calls under way, so that two of them never draw the same tokens', () => {
    const grant = new Grant({ tokens: 10 })
    const reserved = grant.reserve({ tokens: 8 })
    expect(grant.reserve({ tokens: 8 })).toEqual({ tokens: 2 })
    grant.unreserve(reserved)
    grant.spend({ tokens: 3 })
    expect(grant.remaining('tokens')).toBe(5)
  })

  it('never add up to more than the limit, however trials come and go', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.array(
          fc.record({ need: fc.option(fc.nat(80)), used: fc.nat(100), settle: fc.boolean(), shares: fc.integer({ min: 1, max: 8 }) }),
          { maxLength: 60 },
        ),
        (limit, trials) => {
          const ledger = new Ledger({ tokens: limit })
          const open: Grant[] = []
          let used = 0
          for (const { need, used: wanted, settle, shares } of trials) {
            const grant = ledger.grant(need === null ? {} : { tokens: need }, shares, open.length > 0)
            if (grant !== undefined) {
              const drawn = Math.min(wanted, grant.remaining('tokens'))
              grant.spend({ tokens: drawn })
              used += drawn
              open.push(grant)
            }
            const granted = open.reduce((sum, one) => sum + one.granted.tokens!, 0)
            expect(granted + (ledger.used().tokens ?? 0)).toBeLessThanOrEqual(limit)
            if (settle && open.length > 0) ledger.settle(open.shift()!)
          }
          for (const grant of open) ledger.settle(grant)
          expect(ledger.used().tokens ?? 0).toBe(used)
          expect(ledger.overrun()).toEqual({})
        },
      ),
    )
  })

  it('of a child run come out of the parent’s', () => {
    const parent = new Grant({ tokens: 20 })
    const ledger = new Ledger(
      { tokens: 50 },
      {
        runId: 'p',
        units: ['tokens'],
        remaining: (unit) => parent.remaining(unit),
        spend: (amounts) => parent.spend(amounts),
        signal: new AbortController().signal,
      },
    )
    const grant = ledger.grant({ tokens: 30 }, 1, false)!
    expect(grant.granted).toEqual({ tokens: 20 })
    grant.spend({ tokens: 12 })
    ledger.settle(grant)
    expect([parent.remaining('tokens'), ledger.available('tokens')]).toEqual([8, 8])
  })
})
