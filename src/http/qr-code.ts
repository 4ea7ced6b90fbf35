import { renderSVG } from 'uqr'

/** As many modules of white around it as ISO/IEC 18004 wants, or some cameras do not see it. */
const quietZone = 4

/** A text as a QR code, to be put into an `<img>`. */
export function qrCodeDataUrl(text: string): string {
  const svg = renderSVG(text, { border: quietZone, pixelSize: 1 })
  // Each module is a square of its own: smoothed edges would leave light seams between them.
  const crisp = svg.replace('<svg ', '<svg shape-rendering="crispEdges" ')
  return `data:image/svg+xml;base64,${btoa(crisp)}`
}
