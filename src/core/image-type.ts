/** The images that a browser may be shown as what they are, told by their first bytes. */
const signatures: readonly (readonly [types: readonly string[], start: readonly number[]])[] = [
  [['png'], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  [
    ['jpg', 'jpeg'],
    [0xff, 0xd8, 0xff],
  ],
  [['gif'], [0x47, 0x49, 0x46, 0x38]],
]

/** Whether bytes begin like an image of a type; a type that is none of these is no image. */
export function isImageOf(type: string, bytes: Uint8Array): boolean {
  return signatures.some(
    ([types, start]) => types.includes(type) && start.every((byte, i) => bytes[i] === byte),
  )
}
