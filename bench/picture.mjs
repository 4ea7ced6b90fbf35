import { BarChart, CustomChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

// One bar per operation, how far its rounds reach, and what is wanted of it.

use([
  BarChart,
  CustomChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  SVGRenderer,
])

const rowHeight = 34
const width = 900
const colours = { bar: '#4f7cac', spread: '#1d2b3a', wanted: '#c0392b', even: '#8a8f98' }

/** `bars` have a name, a ratio with its spread and perhaps a target. Gives an SVG. */
export function drawRatios({ title, about, bars, even }) {
  const height = 130 + bars.length * rowHeight
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  const names = bars.map(({ name }) => name)
  const most = Math.max(even, ...bars.map(({ ratio, target }) => Math.max(ratio.max, target ?? 0)))
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, subtext: about, left: 16, top: 10 },
    legend: { right: 16, top: 14, data: ['median', 'all rounds', 'wanted'] },
    grid: { left: 150, right: 60, top: 80, bottom: 40 },
    xAxis: { type: 'value', min: 0, max: Math.ceil(most * 5) / 5 },
    yAxis: { type: 'category', data: names, inverse: true, axisTick: { show: false } },
    series: [
      {
        name: 'median',
        type: 'bar',
        barWidth: 16,
        itemStyle: { color: colours.bar },
        label: {
          show: true,
          position: 'insideLeft',
          color: '#ffffff',
          formatter: ({ value }) => value.toFixed(2),
        },
        data: bars.map(({ ratio }) => ratio.median),
      },
      {
        name: 'all rounds',
        type: 'custom',
        itemStyle: { color: colours.spread },
        renderItem: drawSpread,
        encode: { x: [0, 1], y: 2 },
        data: bars.map(({ ratio }, place) => [ratio.low, ratio.high, place]),
      },
      {
        name: 'wanted',
        type: 'scatter',
        symbol: 'rect',
        symbolSize: [3, 22],
        itemStyle: { color: colours.wanted },
        data: bars.flatMap(({ target }, place) => (target === null ? [] : [[target, place]])),
      },
    ],
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

function drawSpread(_, api) {
  const [from, to] = [0, 1].map((side) => api.coord([api.value(side), api.value(2)]))
  const line = (x1, y1, x2, y2) => ({
    type: 'line',
    shape: { x1, y1, x2, y2 },
    style: { stroke: colours.spread, lineWidth: 1.5 },
  })
  const cap = ([x, y]) => line(x, y - 5, x, y + 5)
  return { type: 'group', children: [line(...from, ...to), cap(from), cap(to)] }
}
