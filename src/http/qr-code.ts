import { qrSymbol } from './qr-symbol'

/** As many modules of white around it as ISO/IEC 18004 wants, or some cameras do not see it. */
const quietZone = 4

/** A text as a QR code, to be put into an `<img>`. */
export function qrCodeDataUrl(text: string): string {
  const symbol = qrSymbol(text)
  const size = symbol.length + quietZone * 2
  const squares = symbol.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? `M${x + quietZone} ${y + quietZone}h1v1h-1z` : [])),
  )
  // Each module is a square of its own: smoothed edges would leave light seams between them.
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${squares.join('')}"/></svg>`
  return `data:image/svg+xml;base64,${btoa(svg)}`
}
