import { expect, test } from 'vitest'
import { newSigningSecret, signMessage } from '../../src/crypto/webhook-signature'

test('signs as the reference implementations of Standard Webhooks do', async () => {
  // The vector of their test suites.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    seconds: 1614265330,
    body: '{"test": 2432232314}',
  }
  expect(await signMessage(secret, message)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('makes secrets of 32 bytes, each another', () => {
  const made = Array.from({ length: 100 }, newSigningSecret)
  for (const secret of made) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(new Set(made).size).toBe(100)
})
