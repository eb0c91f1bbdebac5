// Charts from data in the page: `<div class="chart" data-chart="id-of-json">`, filled by `web.charts` on the server.
// A data point with `url` opens its rows when clicked: every number drills down.
import { BarChart, FunnelChart, GaugeChart, HeatmapChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { each, onTheme } from "./lib/dom.js";

echarts.use([
  BarChart, FunnelChart, GaugeChart, HeatmapChart, LineChart, PieChart, ScatterChart,
  AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent,
  TitleComponent, TooltipComponent, VisualMapComponent, LabelLayout, SVGRenderer,
]);

const drawn = new Map();

/** Resolves a CSS custom property to a colour that ECharts understands (it does not read oklch). */
function colour(name) {
  const probe = document.createElement("span");
  probe.className = "chart-probe";
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = getComputedStyle(probe).color;
  pen.fillRect(0, 0, 1, 1);
  probe.remove();
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${(a / 255).toFixed(2)})`;
}

function theme() {
  const ink = colour("--tblr-secondary-color");
  const line = colour("--tblr-border-color");
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: ink },
    splitLine: { lineStyle: { color: line, type: "dashed" } },
    nameTextStyle: { color: ink },
  };
  return {
    color: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => colour(`--chart-${n}`)),
    backgroundColor: "transparent",
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: axis,
    timeAxis: axis,
    legend: { textStyle: { color: ink }, icon: "roundRect", itemWidth: 10, itemHeight: 10, top: 0 },
    line: { symbolSize: 6, lineStyle: { width: 2 } },
    bar: { barMaxWidth: 32, itemStyle: { borderRadius: [3, 3, 0, 0] } },
    tooltip: {
      backgroundColor: colour("--tblr-bg-surface"),
      borderColor: line,
      textStyle: { color: colour("--tblr-body-color") },
    },
  };
}

function draw(element) {
  const source = document.getElementById(element.dataset.chart);
  if (!source) return;
  const option = JSON.parse(source.textContent);
  drawn.get(element)?.dispose();
  const chart = echarts.init(element, theme(), { renderer: "svg" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({
    animation: !still,
    animationDuration: 300,
    grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
    tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" } },
    aria: { enabled: true },
    ...option,
  });
  chart.on("click", (event) => event.data?.url && window.location.assign(event.data.url));
  drawn.set(element, chart);
}

each("[data-chart]", (element) => {
  draw(element);
  new ResizeObserver(() => drawn.get(element)?.resize()).observe(element);
});

onTheme(() => {
  for (const element of drawn.keys()) {
    if (element.isConnected) draw(element);
    else {
      drawn.get(element).dispose();
      drawn.delete(element);
    }
  }
});
