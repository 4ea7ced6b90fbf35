import { describe, expect, test } from 'vitest'
import { addressGroup, sourcesOf } from '../../src/core/sources'
import { newAccount, signIn } from '../support/accounts'
import { clientAt, rowsOf, testCore } from '../support/core'

describe('the group of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:0:0::1', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['::', '0:0:0:0'],
    ['::1', '0:0:0:0'],
    ['1::', '1:0:0:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4'],
    ['fe80::1:2:3:4%eth0', 'fe80:0:0:0'],
    ['fe80:0:0:0:1:2:3:4%1', 'fe80:0:0:0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['::ffff:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group)
  })

  test('is the same for all hosts of one network and another for its neighbour', () => {
    const network = addressGroup('2001:db8:1:2::1')
    for (const host of ['2001:db8:1:2:ffff::', '2001:DB8:1:2::abcd', '2001:db8:1:2:0:0:0:1']) {
      expect(addressGroup(host)).toBe(network)
    }
    expect(addressGroup('2001:db8:1:3::1')).not.toBe(network)
  })
})

describe('the sources of a client', () => {
  const test1 = testCore()
  const sources = (client: ReturnType<typeof clientAt>) =>
    test1.request((core) => sourcesOf(core, client))

  test('hold no address in clear, and are the same for the same client', async () => {
    const [first, again] = [await sources(clientAt(1)), await sources(clientAt(1))]
    expect(first).toEqual(again)
    expect(first.address).toMatch(/^ip:[\w-]{43}$/)
    expect(first.device).toBe('')
  })

  test('name the device by the digest of its token', async () => {
    const token = 'T'.repeat(43)
    const { device } = await sources(clientAt(1, { deviceToken: token }))
    expect(device).toMatch(/^dev:[\w-]{43}$/)
    expect(device).not.toContain(token)
  })

  test('are one for a whole IPv6 network', async () => {
    const from = (address: string) => sources(clientAt(1, { address }))
    expect(await from('2001:db8:1:2::1')).toEqual(await from('2001:db8:1:2::2'))
    expect(await from('2001:db8:1:2::1')).not.toEqual(await from('2001:db8:1:3::1'))
  })
})

test.each([
  ['a day', '90', 24 * 60 * 60],
  ['a tenth of the time that it is known, where that is less', '1', 2.4 * 60 * 60],
])('when it was last seen is known to %s', async (_, KNOWN_SOURCE_DAYS, seconds) => {
  const atrium = testCore({ KNOWN_SOURCE_DAYS })
  const account = await newAccount(atrium)
  const seenAt = `SELECT seen_at AS at FROM known_sources
    WHERE account_number = ? AND source LIKE 'ip:%'`
  const signInAfter = async (passed: number) => {
    atrium.pass(passed)
    await signIn(atrium, account)
    return rowsOf(seenAt, account.number)
  }
  const first = atrium.now
  expect(await signInAfter(0)).toEqual([{ at: first }])
  expect(await signInAfter(seconds - 1)).toEqual([{ at: first }])
  expect(await signInAfter(1)).toEqual([{ at: first + seconds * 1000 }])
})
