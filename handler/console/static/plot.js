// Charts over time. uPlot is loaded with the first one, from beside the script that holds this.

import { html, useEffect, useRef } from "./html.js";
import { say } from "./parts/toasts.js";
import { admin as words } from "./words/admin.js";
import { words as frame } from "./words/frame.js";

const COLORS = ["#1a7fc4", "#d9480f", "#2f9e44", "#ae3ec9", "#868e96"];
const HEIGHT = 180;

// `times` in seconds of the epoch, `series` as { name: [values] }.
export function Plot({ title, times, series }) {
  const place = useRef(null);
  const names = Object.keys(series);
  const data = JSON.stringify([times, series]);
  useEffect(() => {
    let [over, chart] = [false, null];
    const resized = new ResizeObserver(([{ contentRect }]) =>
      chart?.setSize({ width: contentRect.width, height: HEIGHT }),
    );
    import("./vendor/uplot.js").then(({ default: UPlot }) => {
      if (over) return;
      chart = new UPlot(options(place.current, names), [times, ...Object.values(series)], place.current);
      resized.observe(place.current);
    }, () => say(frame.offlineDetail));
    return () => {
      over = true;
      resized.disconnect();
      chart?.destroy();
    };
  }, [data]);
  const sums = names.map((name) => `${words.series[name]}: ${total(name, series[name])}`);
  return html`
    <figure>
      <figcaption>${title} ${names.map((name, index) => html`
        <small key=${name}><b class=${`line l${index}`}>―</b> ${sums[index]}</small> `)}</figcaption>
      <div class="plot" ref=${place} role="img" aria-label=${`${title}. ${sums.join(", ")}`}></div>
    </figure>
  `;
}

// Of times the last one that was measured, of everything else the sum.
function total(name, values) {
  if (name === "latency") return values.findLast((value) => value !== null) ?? "–";
  return values.reduce((sum, value) => sum + value, 0);
}

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DAY = 86_400; // seconds

// What stands at the ticks of an axis: days where they are days apart, whole numbers.
const times = (_, ticks, place, space, step) =>
  ticks.map((tick) => (step < DAY ? time : day).format(tick * 1000));
const counts = (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick.toLocaleString() : ""));

function options(place, names) {
  const stroke = getComputedStyle(place).color;
  const axis = { stroke, grid: { stroke: "#8884", width: 1 }, ticks: { show: false } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [{ ...axis, values: times }, { ...axis, size: 56, values: counts }],
    series: [{}, ...names.map((_, index) => ({ stroke: COLORS[index], width: 2 }))],
  };
}
